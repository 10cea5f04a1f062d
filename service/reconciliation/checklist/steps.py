"""The steps of the checklist of a month. Each says whether it is done, and what to do if it is not."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.exports.files.open_exceptions_store import OpenException
from service.ledger.closings.notes_store import ClosingNote
from service.ledger.invariants.check import Check
from service.money import major_text

# Checks that can be red forever, by what is accepted: a payout that Stripe's own list does not explain, money that was
# returned twice, a movement that no payout names, and a payout that is late.
PAYOUTS = "payouts"
ACCEPTABLE = ("4", "7", "12", PAYOUTS)
SUSPENSE_NUMBER = 11  # suspense counts only up to the last day, which its own step checks


class StepAct(StrEnum):
    """What a person can do about a step that is not done."""

    PULL = "pull"
    REQUEUE = "requeue"
    CHECK = "check"
    BOOK = "book"
    APPROVE = "approve"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class ClosingStep:
    """A line of the checklist. `detail` says how it stands, `remedy` what to do; `acts` are offered with the step."""

    key: str
    name: str
    is_done: bool
    detail: str
    remedy: str = ""
    acts: tuple[StepAct, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodPayouts:
    """The payouts that were to arrive in the period: how many, how many are tied, which differ, and which are late."""

    count: int
    tied_count: int
    mismatched: tuple[str, ...] = ()
    late: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodState:
    """What the checklist is computed from. The period ends with `last_day`; `ends_at` is the instant after it."""

    last_day: date
    ends_at: datetime
    zone: ZoneInfo
    today: date
    closed_through: date | None
    pulled_at: datetime | None
    waiting_events: int
    dead_events: int
    payouts: PeriodPayouts
    exceptions: Sequence[OpenException]
    notes: Mapping[str, ClosingNote]
    suspense: Mapping[str, int]
    unposted_count: int
    waiting_entries: int
    checks: Sequence[Check]
    checked_at: datetime | None


def closing_steps(state: PeriodState) -> tuple[ClosingStep, ...]:
    """Return the steps in the order in which a person works on them."""
    return (
        _over(state),
        _pulled(state),
        _events(state),
        _posted(state),
        _payouts(state),
        _exceptions(state),
        _suspense(state),
        _agreed(state),
        _checks(state),
    )


def is_complete(steps: Collection[ClosingStep]) -> bool:
    """Return whether every step is done."""
    return all(step.is_done for step in steps)


def accepted_checks(state: PeriodState) -> dict[str, str]:
    """Return the checks that a person accepted, with the notes, by number."""
    return {number: note.note or "" for number, note in state.notes.items() if number in ACCEPTABLE}


def open_red_checks(state: PeriodState) -> list[Check]:
    """Return the red checks that are not accepted, or that cannot be accepted."""
    accepted = accepted_checks(state)
    return [
        check
        for check in state.checks
        if not check.is_green and check.number != SUSPENSE_NUMBER and str(check.number) not in accepted
    ]


def _over(state: PeriodState) -> ClosingStep:
    if state.closed_through is not None and state.last_day <= state.closed_through:
        return ClosingStep(
            "over", "The days are open", False, f"They are closed through {state.closed_through:%d %B %Y}."
        )
    is_over = state.last_day < state.today
    detail = f"{state.last_day:%d %B %Y} is {'over' if is_over else 'not over yet'}."
    return ClosingStep("over", "The period is over", is_over, detail, "" if is_over else "Come back the day after.")


def _pulled(state: PeriodState) -> ClosingStep:
    end = f"{state.ends_at.astimezone(state.zone):%d %B %Y %H:%M}"
    if state.pulled_at is not None and state.pulled_at >= state.ends_at:
        began = f"{state.pulled_at.astimezone(state.zone):%d %B %Y %H:%M}"
        return ClosingStep("pulled", "Stripe was read to the end", True, f"The last complete pull began {began}.")
    last = f"{state.pulled_at.astimezone(state.zone):%d %B %Y %H:%M}" if state.pulled_at else "never"
    detail = f"No complete pull began after {end}; the last one: {last}."
    if state.last_day >= state.today:  # a pull before the end cannot be complete
        return ClosingStep("pulled", "Stripe was read to the end", False, detail, "Pull when the period is over.")
    return ClosingStep("pulled", "Stripe was read to the end", False, detail, "Pull now.", (StepAct.PULL,))


def _events(state: PeriodState) -> ClosingStep:
    is_done = not state.waiting_events and not state.dead_events
    detail = (
        "Every event is worked off."
        if is_done
        else f"{_counted(state.waiting_events, 'event')} waiting, {_counted(state.dead_events, 'event')} not applied."
    )
    acts = (StepAct.REQUEUE,) if state.dead_events else ()
    remedy = "" if is_done else "Waiting events are done within a minute. Try the others again."
    return ClosingStep("events", "All events are worked off", is_done, detail, remedy, acts)


def _posted(state: PeriodState) -> ClosingStep:
    count = state.unposted_count
    detail = f"{_counted(count, 'movement')} not booked yet." if count else "Every movement of the balance is booked."
    remedy = "Pull now; if it stays, explain the movement in the exceptions below." if count else ""
    return ClosingStep("posted", "Everything is booked", not count, detail, remedy, (StepAct.PULL,) if count else ())


def _payouts(state: PeriodState) -> ClosingStep:
    found = state.payouts
    late = () if PAYOUTS in state.notes else found.late
    mismatched = () if "4" in state.notes else found.mismatched
    problems = [
        *([f"{', '.join(mismatched)} differ from their lines"] if mismatched else []),
        *([f"{', '.join(late)} were due and are not known as paid"] if late else []),
    ]
    detail = f"{found.tied_count} of {_counted(found.count, 'payout')} equal to their lines to the cent."
    if not problems:
        return ClosingStep("payouts", "Payouts equal the bank's lines", True, detail)
    detail = f"{detail} {'; '.join(problems)}."
    remedy = "Pull now. If Stripe says the same, accept it with a note."
    return ClosingStep(
        "payouts", "Payouts equal the bank's lines", False, detail, remedy, (StepAct.PULL, StepAct.ACCEPT)
    )


def _exceptions(state: PeriodState) -> ClosingStep:
    accepted = sum(exception.subject in state.notes for exception in state.exceptions)
    left = len(state.exceptions) - accepted
    told = f"{_counted(accepted, 'exception')} accepted with a note." if accepted else "There are none."
    detail = f"{_counted(left, 'exception')} without a decision." if left else told
    remedy = "Book each one, or accept it with a note." if left else ""
    acts = (StepAct.BOOK, StepAct.ACCEPT) if left else ()
    return ClosingStep("exceptions", "Exceptions are decided", not left, detail, remedy, acts)


def _suspense(state: PeriodState) -> ClosingStep:
    held = [f"{major_text(minor, currency)} {currency}" for currency, minor in sorted(state.suspense.items()) if minor]
    detail = f"9900 holds {', '.join(held)}." if held else "Account 9900 is empty."
    remedy = "Move each amount to the account where it belongs." if held else ""
    return ClosingStep("suspense", "Suspense is empty", not held, detail, remedy, (StepAct.BOOK,) if held else ())


def _agreed(state: PeriodState) -> ClosingStep:
    count = state.waiting_entries
    detail = (
        f"{_counted(count, 'proposal')} waiting for a second person."
        if count
        else "No entry waits for a second person."
    )
    acts = (StepAct.APPROVE,) if count else ()
    return ClosingStep(
        "agreed", "Entries are agreed", not count, detail, "Approve or refuse them." if count else "", acts
    )


def _checks(state: PeriodState) -> ClosingStep:
    name = "The checks hold"
    if state.checked_at is None:
        return ClosingStep("checks", name, False, "They have not been run yet.", "Check now.", (StepAct.CHECK,))
    at = f"{state.checked_at.astimezone(state.zone):%d %B %H:%M}"
    red = open_red_checks(state)
    if not red:
        accepted = f", {len(accepted_checks(state))} accepted" if accepted_checks(state) else ""
        return ClosingStep("checks", name, True, f"{len(state.checks)} checks ran at {at}, none is red{accepted}.")
    detail = f"At {at}: " + "; ".join(f"check {check.number}, {check.name}: {check.detail}" for check in red)
    can_accept = any(str(check.number) in ACCEPTABLE for check in red)
    acts = (StepAct.PULL, StepAct.CHECK, *((StepAct.ACCEPT,) if can_accept else ()))
    return ClosingStep("checks", name, False, f"{detail}.", "Pull, then check again.", acts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
