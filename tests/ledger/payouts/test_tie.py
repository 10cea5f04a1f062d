"""Ties: which transactions of a payout count, and what the difference to its amount means."""

import pytest

from service.ledger.payouts.tie import PayoutTie, TieStatus, tie_payout
from tests.ledger import make
from tests.ledger.world import PAYOUT_AMOUNT, PAYOUT_LINES, PAYOUT_OWN


def test_a_payout_matches_if_its_lines_add_up_to_its_amount() -> None:
    tie = tie_payout(make.payout(amount=PAYOUT_AMOUNT, bt="txn_p"), [*PAYOUT_LINES, PAYOUT_OWN])

    assert tie == PayoutTie("po_1", TieStatus.MATCHED, "EUR", PAYOUT_AMOUNT, PAYOUT_AMOUNT, 250)
    assert tie.difference_minor == 0


@pytest.mark.parametrize("off", [1, -1, 250])
def test_the_difference_is_what_no_line_explains(off: int) -> None:
    tie = tie_payout(make.payout(amount=PAYOUT_AMOUNT - off, bt="txn_p"), [*PAYOUT_LINES, PAYOUT_OWN])

    assert (tie.status, tie.difference_minor) == (TieStatus.MISMATCH, off)


def test_the_return_of_an_earlier_payout_is_a_line_like_any_other() -> None:
    returned = make.transaction("txn_r", "payout_reversal", 300, "po_0")

    tie = tie_payout(make.payout(amount=PAYOUT_AMOUNT + 300, bt="txn_p"), [*PAYOUT_LINES, PAYOUT_OWN, returned])

    assert tie.status is TieStatus.MATCHED


def test_a_line_listed_twice_counts_once() -> None:
    tie = tie_payout(make.payout(amount=PAYOUT_AMOUNT, bt="txn_p"), [*PAYOUT_LINES, *PAYOUT_LINES[:3], PAYOUT_OWN])

    assert (tie.status, tie.line_count) == (TieStatus.MATCHED, 250)


def test_a_line_in_another_currency_is_a_mismatch() -> None:
    foreign = make.transaction("txn_x", "charge", 0, "ch_x", currency="USD")

    assert (
        tie_payout(make.payout(amount=PAYOUT_AMOUNT, bt="txn_p"), [*PAYOUT_LINES, PAYOUT_OWN, foreign]).status
        is TieStatus.MISMATCH
    )


@pytest.mark.parametrize("changes", [{"is_automatic": False}, {"method": "instant"}])
def test_manual_and_instant_payouts_list_no_lines(changes: dict[str, object]) -> None:
    payout = make.payout(**changes)  # type: ignore[arg-type]

    tie = tie_payout(payout, [])

    assert (tie.status, tie.difference_minor) == (TieStatus.MANUAL, 0)
