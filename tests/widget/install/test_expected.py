"""The sites of a snapshot say what a page is compared with."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.services import Services
from service.widget.install.expected import Expected, expected_of
from tests.campaigns.make import campaign, site


def expected(services: Services, *campaigns: Campaign, is_paused: bool = False) -> Expected:
    found = SiteSnapshot(site(), ZoneInfo("Europe/Dublin"), campaigns)
    return expected_of(services.settings, Snapshot(1, {"courier": found}, is_paused))


def test_the_origins_of_every_site_are_known(services: Services) -> None:
    assert expected(services).origins == {"courier": site().origins}


@pytest.mark.parametrize(
    ("kind", "is_paused", "is_gated"), [(Kind.GATE, False, True), (Kind.GATE, True, False), (Kind.EPIC, False, False)]
)
def test_a_site_is_gated_by_a_gate_that_is_not_paused(
    services: Services, kind: Kind, is_paused: bool, is_gated: bool
) -> None:
    made = replace(campaign(), kind=kind, is_paused=is_paused)

    assert expected(services, made).gated == ({"courier"} if is_gated else set())


def test_a_site_is_silenced_by_a_pause_or_by_the_settings(services: Services) -> None:
    assert expected(services).silenced == frozenset()
    assert expected(services, is_paused=True).silenced == {"courier"}
    assert expected_of(replace(services.settings, widget_off=("courier",)), None).silenced == {"courier"}
    assert expected_of(services.settings, None).origins is None
