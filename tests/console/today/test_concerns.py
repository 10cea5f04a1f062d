"""What needs a person is said in sentences with a link; nothing is said if nothing does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from service.console.screens.today.concerns import SHOWN_MOST, Findings, concerns
from service.ledger.invariants.check import Check
from service.ledger.payouts.tie import PayoutTie, TieStatus
from service.money import Money
from service.staff.agreements import AgreedAct, AgreementRequest, Wanted
from service.stripe_events.backlog_store import EventBacklog
from service.stripe_facts.query_store import OpenDispute

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
DUBLIN = ZoneInfo("Europe/Dublin")
FINE = Findings((), (), (), (), (Check(1, "entries balance", True, ""),), EventBacklog(0, None, 0, None), timedelta(0))


def words(found: Findings) -> list[str]:
    return [concern.words for concern in concerns(found, NOW, DUBLIN)]


def dispute(**changes: object) -> OpenDispute:
    return replace(OpenDispute("du_1", "ch_1", Money(2500, "EUR"), NOW + timedelta(days=3)), **changes)  # type: ignore[arg-type]


def test_nothing_needs_a_person_if_all_is_well() -> None:
    assert words(FINE) == []


def test_a_silent_worker_comes_first() -> None:
    found = replace(FINE, worker_silence=None, alarms=("campaign autumn, version 2: unreadable",))

    assert words(found)[0] == "No worker is running: events wait, and no mail is sent."
    assert words(replace(FINE, worker_silence=timedelta(minutes=5))) == [
        "The worker was last alive 5 minutes ago: events wait, and no mail is sent."
    ]


def test_a_broken_record_comes_before_everything_else() -> None:
    found = replace(FINE, worker_silence=None, record_problem="row 3 is missing")

    assert words(found)[0] == "The record of what people did is broken: row 3 is missing."


def test_events_that_were_given_up_or_wait_are_counted() -> None:
    events = EventBacklog(1, NOW - timedelta(minutes=30), 3, NOW)

    assert words(replace(FINE, events=events)) == [
        "3 events of Stripe were given up.",
        "An event of Stripe has waited for 30 minutes.",
    ]


def test_a_dispute_says_when_the_response_is_due() -> None:
    late, tomorrow = NOW - timedelta(days=2), NOW + timedelta(days=1)
    disputes = (dispute(), dispute(due_at=tomorrow), dispute(due_at=late), dispute(due_at=None))

    assert words(replace(FINE, disputes=disputes)) == [
        "The response to a dispute over €25 is due in 3 days, Saturday 10:30.",
        "The response to a dispute over €25 is due tomorrow 10:30.",
        "The response to a dispute over €25 was due 16 November 10:30.",
        "A dispute over €25 needs a response.",
    ]


def test_a_payout_a_check_a_campaign_and_a_request_are_named() -> None:
    wanted = Wanted(AgreedAct.SWITCH_GATE_ON, "“Autumn” version 7", {}, "courier")
    found = replace(
        FINE,
        alarms=("campaign autumn, version 2: unreadable",),
        requests=(AgreementRequest("agr_1", wanted, "per_1", NOW - timedelta(hours=1), NOW + timedelta(days=7)),),
        ties=(PayoutTie("po_1", TieStatus.MISMATCH, "EUR", 120_410, 120_440, 47),),
        checks=(Check(2, "entries are numbered", False, "3 are missing"),),
    )

    assert words(found) == [
        "Not in force, because it cannot be used: campaign autumn, version 2: unreadable",
        "“Autumn” version 7 waits for a second person: to switch a gate on, asked today 09:30.",
        "Payout po_1 of €1,204.10 differs from its lines by €0.30.",
        "A check of the books failed: entries are numbered (3 are missing).",
    ]


def test_a_flood_of_one_kind_is_bounded_and_counted() -> None:
    found = words(replace(FINE, disputes=(dispute(),) * (SHOWN_MOST + 4)))

    assert len(found) == SHOWN_MOST + 1
    assert found[-1] == "4 more disputes need a person."
