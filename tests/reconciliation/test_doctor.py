"""Early fraud warnings, and the operator's check of the whole road."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskCliRunner

from service.reconciliation.doctor import examine_backlog, examine_clock, examine_endpoints, examine_portal
from service.reconciliation.doctor_store import Backlog
from service.stripe_gateway import API_VERSION
from service.stripe_gateway.account import AccountSetup, PortalConfiguration, WebhookEndpoint
from service.stripe_gateway.events import SUBSCRIBED_EVENTS
from tests.contributions.world import Newsroom

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
URL = "https://support.courier.example/webhooks/stripe"
GOOD_ENDPOINT = WebhookEndpoint("we_1", URL, True, frozenset(SUBSCRIBED_EVENTS), API_VERSION)
GOOD_PORTAL = PortalConfiguration("bpc_1", can_cancel=True, can_update_card=True, does_prorate=False)
QUIET = Backlog(0, None, 0, None, 0, 0, NOW)


def test_an_early_fraud_warning_reaches_staff_once(newsroom: Newsroom) -> None:
    answer = newsroom.checkout(amount="20")
    newsroom.stripe.pay(answer.json["checkout_url"], card="4000 0000 0000 5423")
    for _ in range(3):
        newsroom.clock.advance(minutes=1)
        newsroom.settle()

    assert newsroom.rows("SELECT kind, status FROM mail_outbox") == [("fraud_warning", "sent")]


def test_a_good_endpoint_needs_nothing() -> None:
    assert all(finding.is_fine for finding in examine_endpoints((GOOD_ENDPOINT,), URL))
    everything = replace(GOOD_ENDPOINT, enabled_events=frozenset({"*"}))
    assert all(finding.is_fine for finding in examine_endpoints((everything,), URL))


def test_an_endpoint_that_misses_events_is_told_which() -> None:
    short = replace(GOOD_ENDPOINT, enabled_events=SUBSCRIBED_EVENTS - {"charge.updated"})

    remedies = [finding.remedy for finding in examine_endpoints((short,), URL) if not finding.is_fine]

    assert remedies == ["Enable these events: charge.updated"]
    assert not next(iter(examine_endpoints((), URL))).is_fine


def test_a_portal_without_a_way_out_is_a_problem() -> None:
    assert examine_portal(GOOD_PORTAL).is_fine
    assert "cancelling" in examine_portal(replace(GOOD_PORTAL, can_cancel=False)).remedy
    assert "proration" in examine_portal(replace(GOOD_PORTAL, does_prorate=True)).remedy
    assert not examine_portal(None).is_fine


def test_a_clock_that_is_off_is_a_problem() -> None:
    def skewed(seconds: float) -> bool:
        return examine_clock(AccountSetup((), None, NOW + timedelta(seconds=seconds)), NOW).is_fine

    assert [skewed(0), skewed(-60), skewed(61)] == [True, True, False]


def test_a_backlog_is_a_problem_once_it_lasts() -> None:
    assert all(finding.is_fine for finding in examine_backlog(QUIET, NOW))
    lagging = replace(QUIET, waiting_count=3, oldest_waiting_at=NOW - timedelta(minutes=11))
    given_up = replace(QUIET, dead_count=1, unsent_mail_count=1, unmatched_charge_count=1, pulled_through_at=None)
    assert sum(not finding.is_fine for finding in examine_backlog(lagging, NOW)) == 1
    assert sum(not finding.is_fine for finding in examine_backlog(given_up, NOW)) == 4


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.2, "the oldest came 12 min ago"), (3.25, "the oldest came 3.2 h ago"), (80, "the oldest came 3 days ago")],
)
def test_a_backlog_says_how_old_it_is(hours: float, words: str) -> None:
    came_at = NOW - timedelta(hours=hours)
    backlog = replace(QUIET, waiting_count=2, oldest_waiting_at=came_at, dead_count=1, oldest_dead_at=came_at)

    waiting, dead, *_ = examine_backlog(backlog, NOW)

    assert (waiting.what, dead.what) == (f"events waiting: 2, {words}", f"events given up: 1, {words}")


def test_the_doctor_says_what_to_do(newsroom: Newsroom) -> None:
    runner = FlaskCliRunner(newsroom.client.application)

    result = runner.invoke(args=["doctor"])

    assert result.exit_code == 1
    assert "Run `sync`." in result.output


def doctor(newsroom: Newsroom) -> str:
    return FlaskCliRunner(newsroom.client.application).invoke(args=["doctor"]).output


def test_the_doctor_misses_an_event_we_need_and_no_other(newsroom: Newsroom) -> None:
    newsroom.stripe.post("/v1/customers", email="a@reader.example")  # no endpoint of ours is sent customer.created
    newsroom.give(amount="5")
    on_its_way = doctor(newsroom)
    newsroom.clock.advance(minutes=11)

    late = doctor(newsroom)
    newsroom.settle()

    assert "ok       events of the last day that never arrived: 0 of 0" in on_its_way
    assert "PROBLEM  events of the last day that never arrived: 4 of 4\n         Run `backfill`." in late
    assert "ok       events of the last day that never arrived: 0 of 4" in doctor(newsroom)


def test_the_doctor_says_what_only_the_dashboard_tells(newsroom: Newsroom) -> None:
    assert "how long before a renewal it sends invoice.upcoming\n         Look in the dashboard" in doctor(newsroom)
