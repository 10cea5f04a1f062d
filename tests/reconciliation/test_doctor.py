"""The operator's check of the payment setup."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskCliRunner

from service.reconciliation.doctor import Backlog, examine_backlog, examine_clock, examine_endpoints, examine_portal
from service.stripe_events.backlog_store import EventBacklog
from service.stripe_gateway import API_VERSION
from service.stripe_gateway.account import AccountSetup, PortalConfiguration, WebhookEndpoint
from service.stripe_gateway.event_types import SUBSCRIBED_EVENTS
from tests.contributions.world import Newsroom

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
URL = "https://support.courier.example/webhooks/stripe"
GOOD_ENDPOINT = WebhookEndpoint("we_1", URL, True, frozenset(SUBSCRIBED_EVENTS), API_VERSION)
GOOD_PORTAL = PortalConfiguration("bpc_1", can_cancel=True, can_update_card=True, does_prorate=False)
NO_EVENTS = EventBacklog(0, None, 0, None)
IDLE = Backlog(NO_EVENTS, unsent_mail={}, unmatched_charge_count=0, pulled_through_at=NOW, worker_silence=timedelta())


def doctor(newsroom: Newsroom) -> str:
    return FlaskCliRunner(newsroom.client.application).invoke(args=["doctor"]).output


def test_a_complete_endpoint_needs_no_remedy() -> None:
    assert all(finding.is_fine for finding in examine_endpoints((GOOD_ENDPOINT,), URL))
    everything = replace(GOOD_ENDPOINT, enabled_events=frozenset({"*"}))
    assert all(finding.is_fine for finding in examine_endpoints((everything,), URL))


def test_an_endpoint_of_another_api_version_is_a_problem() -> None:
    for version in ("2020-08-27", None):
        found = [*examine_endpoints((replace(GOOD_ENDPOINT, api_version=version),), URL)]

        assert [finding.is_fine for finding in found] == [True, True, False]
        assert "setup --replace-endpoint" in found[-1].remedy


def test_event_types_that_an_endpoint_lacks_are_listed() -> None:
    short = replace(GOOD_ENDPOINT, enabled_events=SUBSCRIBED_EVENTS - {"charge.updated"})

    remedies = [finding.remedy for finding in examine_endpoints((short,), URL) if not finding.is_fine]

    assert remedies == ["Run `setup` with the environment file, or enable these events: charge.updated"]
    assert not next(iter(examine_endpoints((), URL))).is_fine


def test_a_portal_without_cancelling_or_with_proration_is_a_problem() -> None:
    assert examine_portal(GOOD_PORTAL).is_fine
    assert "cancelling" in examine_portal(replace(GOOD_PORTAL, can_cancel=False)).remedy
    assert "proration" in examine_portal(replace(GOOD_PORTAL, does_prorate=True)).remedy
    assert not examine_portal(None).is_fine


def test_a_clock_more_than_a_minute_off_is_a_problem() -> None:
    def skewed(seconds: float) -> bool:
        return examine_clock(AccountSetup((), None, NOW + timedelta(seconds=seconds)), NOW).is_fine

    assert [skewed(0), skewed(-60), skewed(61)] == [True, True, False]


def test_a_backlog_is_a_problem_once_it_lasts() -> None:
    assert all(finding.is_fine for finding in examine_backlog(IDLE, NOW))
    waiting = replace(NO_EVENTS, waiting_count=3, oldest_waiting_at=NOW - timedelta(minutes=11))
    lagging = replace(IDLE, events=waiting)
    given_up = Backlog(
        replace(NO_EVENTS, dead_count=1),
        unsent_mail={"SMTPServerDisconnected": 1},
        unmatched_charge_count=1,
        pulled_through_at=None,
        worker_silence=None,
    )
    assert sum(not finding.is_fine for finding in examine_backlog(lagging, NOW)) == 1
    assert sum(not finding.is_fine for finding in examine_backlog(given_up, NOW)) == 5


def test_a_worker_that_is_silent_for_more_than_a_minute_is_a_problem() -> None:
    def examined(silence: timedelta | None) -> bool:
        return next(examine_backlog(replace(IDLE, worker_silence=silence), NOW)).is_fine

    assert [examined(timedelta(seconds=60)), examined(timedelta(seconds=61)), examined(None)] == [True, False, False]


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.2, "the oldest came 12 min ago"), (3.25, "the oldest came 3.2 h ago"), (80, "the oldest came 3 days ago")],
)
def test_a_backlog_says_how_old_it_is(hours: float, words: str) -> None:
    came_at = NOW - timedelta(hours=hours)
    events = EventBacklog(waiting_count=2, oldest_waiting_at=came_at, dead_count=1, oldest_dead_at=came_at)

    _, waiting, dead, *_ = examine_backlog(replace(IDLE, events=events), NOW)

    assert (waiting.what, dead.what) == (f"events waiting: 2, {words}", f"events given up: 1, {words}")


def test_the_doctor_ends_with_status_1_and_a_remedy_if_there_is_a_problem(newsroom: Newsroom) -> None:
    runner = FlaskCliRunner(newsroom.client.application)

    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "Run `sync`." in result.output


def test_the_doctor_reports_missing_events_only_of_types_that_we_act_on(newsroom: Newsroom) -> None:
    newsroom.stripe.post("/v1/customers", email="a@reader.example")  # our endpoint does not get customer.created
    newsroom.give(amount="5")
    on_its_way = doctor(newsroom)
    newsroom.clock.advance(minutes=11)

    late = doctor(newsroom)
    newsroom.settle()

    assert "ok       events of the last 30 days that never arrived: 0 of 0" in on_its_way
    assert "PROBLEM  events of the last 30 days that never arrived: 4 of 4\n         Run `backfill`." in late
    assert "ok       events of the last 30 days that never arrived: 0 of 4" in doctor(newsroom)


@pytest.mark.parametrize("age_days", [2, 29])
def test_an_event_is_missed_as_long_as_stripe_lists_it(newsroom: Newsroom, age_days: int) -> None:
    newsroom.give(amount="5")
    newsroom.clock.advance(days=age_days)

    assert "PROBLEM  events of the last 30 days that never arrived: " in doctor(newsroom)


def test_the_doctor_names_the_settings_that_only_the_dashboard_shows(newsroom: Newsroom) -> None:
    assert "how long before a renewal it sends invoice.upcoming\n         Set it in the dashboard" in doctor(newsroom)
