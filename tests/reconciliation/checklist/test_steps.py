"""Each step of the checklist is ticked only if it is true, and otherwise says what to do."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service.exports.files.open_exceptions_store import OpenException
from service.ledger.closings.notes_store import ClosingNote
from service.ledger.invariants.check import Check
from service.reconciliation.checklist.steps import (
    PeriodPayouts,
    PeriodState,
    StepAct,
    accepted_checks,
    closing_steps,
    is_complete,
)

END = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
STRANGE = OpenException("unmatched_bt", END, "ch_1 txn_1", 5000, "EUR", "a hint")
LATE = PeriodPayouts(2, 1, late=("po_2",))
DIFFERENT = PeriodPayouts(2, 1, mismatched=("po_2",))
GREEN, RED_12, RED_3 = Check(1, "a", True, ""), Check(12, "b", False, "po_2"), Check(3, "c", False, "1.00")
COMPLETE = PeriodState(
    last_day=date(2026, 10, 31),
    ends_at=END,
    zone=ZoneInfo("Europe/Dublin"),
    today=date(2026, 11, 2),
    closed_through=date(2026, 9, 30),
    pulled_at=END,
    waiting_events=0,
    dead_events=0,
    payouts=PeriodPayouts(2, 2),
    exceptions=(),
    notes={},
    suspense={"EUR": 0},
    unposted_count=0,
    waiting_entries=0,
    checks=(GREEN,),
    checked_at=END,
)


def note(subject: str) -> dict[str, ClosingNote]:
    return {subject: ClosingNote(date(2026, 10, 31), subject, "Stripe says so", "Nora", END)}


def test_a_complete_month_can_be_closed() -> None:
    steps = closing_steps(COMPLETE)

    assert is_complete(steps)
    assert not [step.key for step in steps if step.acts or step.remedy]


@pytest.mark.parametrize(
    ("changes", "key", "words", "act"),
    [
        ({"today": date(2026, 10, 31)}, "over", "31 October 2026 is not over yet.", None),
        ({"closed_through": date(2026, 10, 31)}, "over", "They are closed through 31 October 2026.", None),
        ({"pulled_at": None}, "pulled", "the last one: never", StepAct.PULL),
        ({"pulled_at": datetime(2026, 10, 31, 23, tzinfo=UTC)}, "pulled", "No complete pull", StepAct.PULL),
        ({"waiting_events": 1}, "events", "1 event waiting, 0 events not applied.", None),
        ({"dead_events": 2}, "events", "0 events waiting, 2 events not applied.", StepAct.REQUEUE),
        ({"unposted_count": 3}, "posted", "3 movements not booked yet.", StepAct.PULL),
        ({"payouts": LATE}, "payouts", "po_2 were due", StepAct.ACCEPT),
        ({"payouts": DIFFERENT}, "payouts", "po_2 differ from their lines", StepAct.PULL),
        ({"exceptions": (STRANGE,)}, "exceptions", "1 exception without a decision.", StepAct.BOOK),
        ({"suspense": {"EUR": 900}}, "suspense", "9900 holds 9.00 EUR.", StepAct.BOOK),
        ({"waiting_entries": 1}, "agreed", "1 proposal waiting", StepAct.APPROVE),
        ({"checked_at": None}, "checks", "They have not been run yet.", StepAct.CHECK),
        ({"checks": (GREEN, RED_3)}, "checks", "check 3, c: 1.00", StepAct.CHECK),
    ],
)
def test_what_is_missing_says_what_to_do(changes: dict[str, Any], key: str, words: str, act: StepAct | None) -> None:
    steps = closing_steps(replace(COMPLETE, **changes))

    [missing] = [step for step in steps if not step.is_done]
    assert missing.key == key
    assert words in missing.detail
    assert act is None or act in missing.acts


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        ({"exceptions": (STRANGE,)}, "unmatched_bt ch_1 txn_1"),
        ({"payouts": LATE}, "payouts"),
        ({"payouts": DIFFERENT}, "4"),
        ({"checks": (GREEN, RED_12)}, "12"),
    ],
)
def test_a_note_accepts_what_may_stay(changes: dict[str, Any], subject: str) -> None:
    state = replace(COMPLETE, **changes)

    assert not is_complete(closing_steps(state))
    assert is_complete(closing_steps(replace(state, notes=note(subject))))


def test_the_ledger_and_stripe_must_agree_whatever_is_noted() -> None:
    state = replace(COMPLETE, checks=(RED_3,), notes=note("3"))

    assert not is_complete(closing_steps(state))
    assert accepted_checks(state) == {}


def test_only_notes_about_checks_go_into_the_closing() -> None:
    state = replace(COMPLETE, notes=note("12") | note("unmatched_bt ch_1 txn_1"))

    assert accepted_checks(state) == {"12": "Stripe says so"}
