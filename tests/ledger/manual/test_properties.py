"""Whatever persons do, the books balance, no item is cleared beyond zero, and no entry that was posted changes."""

import contextlib
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from service.errors import DomainError
from service.ledger.manual import entering
from service.ledger.manual.entering import SavedEntry
from tests.ledger import make
from tests.ledger.manual.world import Desk
from tests.ledger.world import Books

ACCOUNTS = st.sampled_from(["1100", "1210", "2300", "4100", "4900", "4950", "5900", "7000", "9900"])
DAYS = st.dates(date(2026, 10, 31), date(2026, 11, 20))
SUBJECTS = st.sampled_from(["txn_odd", "ch_shop", "re_1", "ch_1", "nothing"])
CLEARING = st.tuples(st.just("clear"), SUBJECTS, ACCOUNTS, st.integers(-10, 6000), DAYS)
ENTERING = st.tuples(st.just("enter"), SUBJECTS, ACCOUNTS, st.integers(-6000, 20_000), DAYS)
DECIDING = st.tuples(st.sampled_from(["approve", "refuse", "reverse"]), st.integers(0, 20), DAYS)
Step = tuple[object, ...]
FACT = st.tuples(st.just("fact"), st.integers(1, 900))


def act(desk: Desk, step: Step, saved: list[SavedEntry], number: int) -> None:
    match step:
        case ("clear", str(subject), str(account), int(minor), date() as day):
            saved += desk.clear(subject, to=account, amount=f"{minor / 100:.2f}", day=day)
        case ("enter", str(subject), str(account), int(minor), date() as day):
            saved.append(desk.enter((account, minor), ("5900", -minor), day=day, subject_id=subject))
        case ("approve", int(index), _) if saved:
            desk.approve(saved[index % len(saved)])
        case ("refuse", int(index), _) if saved:
            entering.refuse(desk.books, saved[index % len(saved)].manual.id, "Omar", "not ours")
        case ("reverse", int(index), date() as day) if saved:
            saved.append(desk.reverse(saved[index % len(saved)], day))
        case ("fact", int(minor)):
            desk.ledger.record(make.transaction(f"txn_fact_{number}", "other_adjustment", minor, None))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.one_of(CLEARING, ENTERING, DECIDING, FACT), max_size=12), st.integers(0, 10**9))
def test_acts_of_persons_keep_the_books_right(
    desk: Desk, engine: Engine, steps: list[tuple[object, ...]], run: int
) -> None:
    saved: list[SavedEntry] = []
    first_signs = {subject: minor > 0 for subject, minor in desk.open().items()}
    for number, step in enumerate(steps):
        before = Books(engine).entries()
        with contextlib.suppress(DomainError):
            act(desk, step, saved, run * 100 + number)
        after = Books(engine).entries()
        assert {key: after[key] for key in before} == before
    for saved_entry in saved:
        assert sum(minor for _, minor in saved_entry.manual.lines) == 0
    for subject, minor in desk.open().items():
        assert (minor > 0) == first_signs.get(subject, False)
    assert Books(engine).red() <= {"suspense is empty"}
