"""Replay: how many decisions a draft would change."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.campaign import Status
from service.campaigns.frequency import Counting, Frequency
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.errors import InvalidDocumentError
from service.simulation.replay import replay
from tests.decisions import make

PUBLISHED = SiteSnapshot(make.site(), ZoneInfo(make.DUBLIN), (make.campaign(),))
VIEW = {"at": "2026-11-18 10:00", "view": {}}


def line(**parts: Any) -> str:
    return json.dumps({"steps": [VIEW, VIEW], "sees_prompts": True, **parts})


def test_the_same_campaign_changes_nothing() -> None:
    found = replay(PUBLISHED, make.campaign(), [line(), "", line()])

    assert (found.readers, found.decisions, found.changed) == (2, 4, 0)


def test_a_tighter_cap_is_counted_view_by_view() -> None:
    found = replay(PUBLISHED, make.campaign(frequency=make.capped(1, days=7)), [line()] * 3)

    assert (found.decisions, found.changed, found.more, found.fewer) == (6, 3, 0, 3)
    assert found.changed_share == 0.5


def test_a_new_campaign_is_shown_more() -> None:
    earlier = make.campaign("winter", priority=1, frequency=Frequency())

    found = replay(PUBLISHED, earlier, [line()])

    assert (found.changed, found.more) == (2, 2)


def test_a_draft_counts_as_live_and_an_archived_campaign_shows_nothing() -> None:
    draft = make.campaign("winter", priority=1, frequency=Frequency(), status=Status.DRAFT)
    gone = make.campaign(status=Status.ARCHIVED)

    assert replay(PUBLISHED, draft, [line()]).more == 2
    assert replay(PUBLISHED, gone, [line()]).fewer == 2


def test_a_recording_may_name_campaigns_that_are_gone() -> None:
    earlier = {"impressions": [{"campaign": "summer", "at": "2026-11-18 09:00"}]}
    steps = [VIEW, {"at": "2026-11-18 10:00", "event": "seen", "campaign": "spring"}, VIEW]
    over_all = make.campaign(frequency=make.capped(1, days=7, counting=Counting.ALL))

    found = replay(PUBLISHED, over_all, [line(), line(reader=earlier, steps=steps)])

    assert (found.readers, found.gone) == (2, frozenset({"spring", "summer"}))
    assert (found.changed, found.fewer) == (3, 3)


def test_no_readers_are_no_change() -> None:
    assert replay(PUBLISHED, make.campaign(), []).changed_share == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 2: is not JSON"),
        ("[" * 10_000, "line 2: is not JSON"),
        (r'{"steps": [{"at": "2026-11-18 10:00", "view": {"page_id": "\ud83d"}}]}', "line 2: is not JSON"),
        ("[]", "line 2: must be a simulation without site and campaigns"),
        ('{"site": {}, "steps": []}', "line 2: must be a simulation without site and campaigns"),
        ('{"steps": [{"at": "soon", "view": {}}]}', "line 2: steps 1, at: must be a time"),
    ],
)
def test_a_wrong_line_is_named(text: str, said: str) -> None:
    with pytest.raises(InvalidDocumentError) as error:
        replay(PUBLISHED, make.campaign(), [line(), text])

    assert error.value.problems[0].startswith(said)
