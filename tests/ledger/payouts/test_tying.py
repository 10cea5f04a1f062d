"""Saved ties: a missing cent is found and resolved, and a payout that fails later is tied again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from service.errors import NotFoundError
from service.ledger.payouts.tie import TieStatus
from service.ledger.payouts.tie_store import payout_ties, payouts_to_tie, ties
from service.ledger.payouts.tying import record_tie
from service.stripe_facts.record_store import record_facts
from service.stripe_facts.tables_store import balance_transactions, payout_members
from service.stripe_gateway.facts import BalanceTransaction
from tests.ledger import make
from tests.ledger.world import NOW, PAYOUT_AMOUNT, PAYOUT_LINES, PAYOUT_OWN


def count_members(connection: Connection, payout_id: str) -> int:
    statement = select(func.count()).where(payout_members.c.payout_id == payout_id)
    return connection.execute(statement).scalar_one()


def test_a_missing_cent_is_a_mismatch_until_stripe_lists_it(engine: Engine) -> None:
    short = [make.transaction("txn_0", "charge", 999, "ch_0", fee=59), *PAYOUT_LINES[1:]]
    with engine.begin() as connection:
        record_facts(connection, [make.payout(amount=PAYOUT_AMOUNT, bt="txn_p")], NOW)
        assert payouts_to_tie(connection) == ["po_1"]
        record_tie(connection, "po_1", short, NOW)

    with engine.begin() as connection:
        (tie,) = ties(connection)
        assert (tie.status, tie.difference_minor) == (TieStatus.MISMATCH, -1)
        assert payouts_to_tie(connection) == ["po_1"]
        extra = make.transaction("txn_extra", "other_adjustment", 1, None)
        record_tie(connection, "po_1", [*short, extra], NOW)

    with engine.connect() as connection:
        (tie,) = ties(connection)
        assert (tie.status, tie.difference_minor, tie.line_count) == (TieStatus.MATCHED, 0, 251)
        assert payouts_to_tie(connection) == []


def test_a_payout_that_fails_after_it_was_tied_is_reopened_and_tied_again(engine: Engine) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.payout(amount=PAYOUT_AMOUNT, status="paid", bt="txn_p")], NOW)
        record_tie(connection, "po_1", [*PAYOUT_LINES, PAYOUT_OWN], NOW)
        record_facts(connection, [make.payout(amount=PAYOUT_AMOUNT, status="failed", bt="txn_p")], NOW)

    with engine.begin() as connection:
        assert [tie.status for tie in ties(connection)] == [TieStatus.REOPENED]
        assert payouts_to_tie(connection) == ["po_1"]
        record_tie(connection, "po_1", [*PAYOUT_LINES, PAYOUT_OWN], NOW)

    with engine.connect() as connection:
        assert [tie.status for tie in ties(connection)] == [TieStatus.REOPENED]
        assert payouts_to_tie(connection) == []


def test_a_payout_that_stripe_has_not_finished_has_no_lines(engine: Engine) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.payout(amount=PAYOUT_AMOUNT, reconciliation="in_progress")], NOW)
        assert record_tie(connection, "po_1", PAYOUT_LINES[:100], NOW) is None

    with engine.connect() as connection:
        assert (ties(connection), count_members(connection, "po_1"), payouts_to_tie(connection)) == ([], 0, [])
        assert connection.execute(select(func.count(balance_transactions.c.id))).scalar_one() == 100


def test_a_failing_page_leaves_no_lines(engine: Engine) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.payout(amount=PAYOUT_AMOUNT)], NOW)

    def pages() -> list[BalanceTransaction]:
        raise TimeoutError("the third page")

    with pytest.raises(TimeoutError), engine.begin() as connection:
        record_tie(connection, "po_1", pages(), NOW)

    with engine.connect() as connection:
        assert (ties(connection), count_members(connection, "po_1")) == ([], 0)


def test_a_line_belongs_to_one_payout_only(engine: Engine) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.payout("po_1", amount=941)], NOW)
        record_facts(connection, [make.payout("po_2", amount=941)], NOW)
        record_tie(connection, "po_1", PAYOUT_LINES[:1], NOW)

        tie = record_tie(connection, "po_2", PAYOUT_LINES[:1], NOW)

    assert tie is not None
    assert (tie.status, tie.difference_minor) == (TieStatus.MISMATCH, -941)


@pytest.mark.parametrize("age_days", [0, 29, 31, 400])
def test_a_mismatch_is_tried_again_however_old_it_is(engine: Engine, age_days: int) -> None:
    old = replace(make.payout(amount=PAYOUT_AMOUNT, bt="txn_p"), created_at=NOW - timedelta(days=age_days))
    with engine.begin() as connection:
        record_facts(connection, [old], NOW)
        record_tie(connection, "po_1", PAYOUT_LINES[1:], NOW)

        assert payouts_to_tie(connection) == ["po_1"]
        record_tie(connection, "po_1", PAYOUT_LINES, NOW)
        assert payouts_to_tie(connection) == []


@pytest.mark.parametrize("changes", [{"is_automatic": False}, {"method": "instant"}])
@pytest.mark.parametrize("status", ["pending", "in_transit", "paid", "failed", "canceled"])
def test_a_payout_without_lines_is_manual_in_every_status(engine: Engine, status: str, changes: dict[str, Any]) -> None:
    payout = make.payout(status=status, bt="txn_p", reconciliation="not_applicable", **changes)
    with engine.begin() as connection:
        record_facts(connection, [payout], NOW)
        assert payouts_to_tie(connection) == ["po_1"]

        record_tie(connection, "po_1", [], NOW)

        assert [(tie.status, tie.difference_minor) for tie in ties(connection)] == [(TieStatus.MANUAL, 0)]
        assert payouts_to_tie(connection) == []


def test_an_equal_tie_is_not_saved_again(engine: Engine) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.payout(amount=PAYOUT_AMOUNT, bt="txn_p")], NOW)
        for days in (0, 1):
            record_tie(connection, "po_1", PAYOUT_LINES[1:], NOW + timedelta(days=days))

        assert connection.execute(select(payout_ties.c.tied_at)).scalar_one() == NOW


def test_an_unknown_payout_cannot_be_tied(engine: Engine) -> None:
    with engine.begin() as connection, pytest.raises(NotFoundError):
        record_tie(connection, "po_9", PAYOUT_LINES, datetime(2026, 11, 18, tzinfo=UTC))
