"""What needs a person now: the findings of the service's own books and queues, as sentences with a link."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.console.screens.today.moments import age_words, moment_words
from service.ledger.invariants.check import Check
from service.ledger.payouts.tie import PayoutTie
from service.money import Money
from service.pages.language import language
from service.staff.agreements import ACT_RULES, AgreementRequest
from service.stripe_events.backlog_store import EventBacklog
from service.stripe_facts.query_store import OpenDispute

MAX_WORKER_SILENCE = timedelta(minutes=1)
MAX_WAITING = timedelta(minutes=10)
SHOWN_MOST = 5  # of each kind; a sentence says how many more there are


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs a person. `path`: of the screen below `/console/` at which to look, `act`: its words."""

    words: str
    path: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the service knows at an instant. `alarms`: sentences about campaigns and sites that cannot be used.

    `worker_silence` None: no worker runs. `requests`: acts of other people that wait for the agreement of this person.
    `record_problem`: how the record of what people did is broken, if it is.
    """

    alarms: Sequence[str]
    requests: Sequence[AgreementRequest]
    disputes: Sequence[OpenDispute]
    ties: Sequence[PayoutTie]
    checks: Sequence[Check]
    events: EventBacklog
    worker_silence: timedelta | None
    record_problem: str | None = None


def concerns(found: Findings, now: datetime, zone: ZoneInfo) -> tuple[Concern, ...]:
    """Return what needs a person, the most urgent first."""
    return (
        *_record(found.record_problem),
        *_worker(found.worker_silence),
        *_events(found.events, now),
        *_bounded([_alarm(alarm) for alarm in found.alarms], "campaigns or sites"),
        *_bounded([_request(request, now, zone) for request in found.requests], "requests"),
        *_bounded([_dispute(dispute, now, zone) for dispute in found.disputes], "disputes"),
        *_bounded([_tie(tie) for tie in found.ties], "payouts"),
        *_bounded([_check(check) for check in found.checks if not check.is_green], "checks"),
    )


def _record(problem: str | None) -> Iterator[Concern]:
    if problem is not None:
        yield Concern(f"The record of what people did is broken: {problem}.", "record", "Look at the record")


def _worker(silence: timedelta | None) -> Iterator[Concern]:
    if silence is None:
        yield Concern("No worker is running: events wait, and no mail is sent.", "system", "Look at the system")
    elif silence > MAX_WORKER_SILENCE:
        words = f"The worker was last alive {age_words(silence)} ago: events wait, and no mail is sent."
        yield Concern(words, "system", "Look at the system")


def _events(events: EventBacklog, now: datetime) -> Iterator[Concern]:
    if events.dead_count:
        words = "event of Stripe was given up" if events.dead_count == 1 else "events of Stripe were given up"
        yield Concern(f"{events.dead_count} {words}.", "system/events", "Try again")
    waiting = now - (events.oldest_waiting_at or now)
    if waiting > MAX_WAITING:
        yield Concern(f"An event of Stripe has waited for {age_words(waiting)}.", "system", "Look at the system")


def _alarm(alarm: str) -> Concern:
    return Concern(f"Not in force, because it cannot be used: {alarm}", "system", "Look at the system")


def _request(request: AgreementRequest, now: datetime, zone: ZoneInfo) -> Concern:
    asked = moment_words(request.requested_at, now, zone)
    words = (
        f"{request.wanted.subject} waits for a second person: to {ACT_RULES[request.wanted.act].words}, asked {asked}."
    )
    return Concern(words, "agreements", "Agree or refuse")


def _dispute(dispute: OpenDispute, now: datetime, zone: ZoneInfo) -> Concern:
    amount = _amount(dispute.amount)
    if dispute.due_at is None:
        return Concern(f"A dispute over {amount} needs a response.", "money", "Look at the money")
    days = (dispute.due_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    due, when = "was due" if days < 0 else "is due", moment_words(dispute.due_at, now, zone)
    if days > 1:
        when = f"in {days} days, {when}"
    return Concern(f"The response to a dispute over {amount} {due} {when}.", "money", "Look at the money")


def _tie(tie: PayoutTie) -> Concern:
    amount, difference = (_amount(Money(minor, tie.currency)) for minor in (tie.amount_minor, tie.difference_minor))
    words = f"Payout {tie.payout_id} of {amount} differs from its lines by {difference}."
    return Concern(words, "close", "Look at it")


def _check(check: Check) -> Concern:
    return Concern(
        f"A check of the books failed: {check.name} ({check.detail}).", "system#checks", "Look at the checks"
    )


def _bounded(found: list[Concern], what: str) -> Iterable[Concern]:
    rest = len(found) - SHOWN_MOST
    return found if rest <= 0 else (*found[:SHOWN_MOST], Concern(f"{rest} more {what} need a person."))


def _amount(money: Money) -> str:
    return language("en").amount(money)
