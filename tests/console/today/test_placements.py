"""A placement says what it shows now, why it shows nothing, and what begins next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.campaign import Kind, Placement
from service.campaigns.schedule import Hours
from service.campaigns.site import Switches
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.console.screens.today.placements import SHOWN_MOST, ComingVersion, PlacementNow, placements_now
from tests.campaigns.make import campaign, site

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
FRIDAY = {"starts": "2026-11-20 06:00"}
DUBLIN = ZoneInfo("Europe/Dublin")


def end_of_article(*campaigns: Any, releases: tuple[ComingVersion, ...] = (), **site_changes: Any) -> PlacementNow:
    """Return the state of the placement at the end of the article, where the campaigns are."""
    snapshot = SiteSnapshot(replace(site(), **site_changes), DUBLIN, campaigns)
    found = {place.placement: place for place in placements_now(snapshot, releases, NOW)}
    assert list(found) == list(Placement)
    return found[Placement.ARTICLE_END]


def test_campaigns_are_named_in_the_order_in_which_they_are_asked() -> None:
    place = end_of_article(
        campaign(key="first", name="First", schedule={"ends": "2026-11-22 18:00"}), campaign(key="second")
    )

    assert [(showing.name, showing.until) for showing in place.showing] == [("First", "Sunday 18:00"), ("second", "")]
    assert (place.nothing, place.coming) == ("", "")


def test_many_campaigns_are_counted_and_only_the_first_are_named() -> None:
    place = end_of_article(*(campaign(key=f"c{number}") for number in range(SHOWN_MOST + 3)))

    assert [showing.key for showing in place.showing] == [f"c{number}" for number in range(SHOWN_MOST)]
    assert place.more_count == 3


def test_a_placement_without_a_campaign_says_so() -> None:
    assert end_of_article().nothing == "no campaign is published for it"


def test_a_campaign_that_has_not_begun_is_what_comes_next() -> None:
    place = end_of_article(campaign(name="Autumn", schedule=FRIDAY))

    assert place.nothing == "no campaign is within its schedule"
    assert place.coming == "“Autumn” begins Friday 06:00"


def test_a_version_that_comes_into_force_by_itself_is_what_comes_next() -> None:
    release = ComingVersion(campaign(name="Autumn"), NOW + timedelta(hours=2))

    place = end_of_article(campaign(schedule=FRIDAY), releases=(release,))

    assert place.coming == "a new version of “Autumn” comes into force today 12:30"


@pytest.mark.parametrize(
    ("changes", "nothing"),
    [
        ({"switches": Switches(is_paused=True)}, "all asks are paused"),
        ({"switches": Switches(paused_placements=frozenset({Placement.ARTICLE_END}))}, "this placement is paused"),
        ({"switches": Switches(paused_kinds=frozenset({Kind.EPIC, Kind.BANNER}))}, "appeals are paused"),
        ({"quiet_hours": (Hours(600, 660),)}, "the site has its quiet hours"),
    ],
)
def test_a_site_that_is_silent_says_why(changes: dict[str, Any], nothing: str) -> None:
    assert end_of_article(campaign(), **changes).nothing == nothing


def test_a_paused_campaign_leaves_its_place_to_the_next() -> None:
    place = end_of_article(replace(campaign(key="first"), is_paused=True), campaign(key="second"))

    assert [showing.key for showing in place.showing] == ["second"]


def test_a_paused_campaign_alone_is_the_reason() -> None:
    assert end_of_article(replace(campaign(name="Autumn"), is_paused=True)).nothing == "“Autumn” is paused"


def test_quiet_hours_do_not_open_a_gate() -> None:
    wall = campaign(kind="gate", gate={"type": "payment"})

    assert end_of_article(wall, quiet_hours=(Hours(600, 660),)).nothing == ""
