"""Over a random quarter, every file of amounts ties to the ledger, month by month."""

from collections import defaultdict
from decimal import Decimal

import pytest

from service.exports.request import Granularity, Layout
from tests.exports.quarter import MONTHS, by_month_and_account
from tests.exports.quarter_databases import Quarter
from tests.exports.world import total


@pytest.mark.parametrize("seed", range(3))
def test_no_journal_moves_an_amount_into_another_month(quarter: Quarter, seed: int) -> None:
    finance = quarter(seed)
    single = by_month_and_account(finance.rows("journal"))
    assert len({month for month, _ in single}) == 3

    for granularity in (Granularity.DAY, Granularity.PAYOUT):
        whole = finance.rows("journal", granularity=granularity)
        monthly = [
            row
            for from_on, to_on in MONTHS
            for row in finance.rows("journal", granularity=granularity, from_on=from_on, to_on=to_on)
        ]

        assert by_month_and_account(whole) == single
        assert by_month_and_account(monthly) == single


@pytest.mark.parametrize("seed", range(2))
def test_the_bank_lines_of_whole_payouts_and_parts_are_the_movement_of_the_bank(quarter: Quarter, seed: int) -> None:
    finance = quarter(seed)
    rows = finance.rows("journal", granularity=Granularity.PAYOUT)
    paid = {row["payout_id"]: row for row in finance.rows("payouts") if row["status"] == "paid"}

    journals = defaultdict(list)
    for row in rows:
        journals[row["journal_id"]].append(row)
    shown = {row["payout_id"]: (row["bank_date"], row["bank_amount"]) for row in rows if row["bank_date"]}
    assert shown == {payout_id: (row["arrival_date"], row["amount"]) for payout_id, row in paid.items()}
    whole = [group for group in journals.values() if group[0]["payout_part"] == "whole"]
    parts = [group for group in journals.values() if group[0]["payout_part"].endswith(" part")]
    assert parts
    for group in whole:
        bank = [row for row in group if row["account_code"] == "1210"]
        assert [row["debit"] for row in bank] == [group[0]["bank_amount"]]
        stripe = [row for row in group if row["account_code"] == "1100"]
        assert total(stripe, "debit") == total(stripe, "credit")
    assert all(group[0]["memo"].startswith(f"{group[0]['payout_id']} {group[0]['payout_part']}, ") for group in parts)


@pytest.mark.parametrize("seed", range(2))
def test_the_bank_statement_for_xero_has_gross_and_fees(quarter: Quarter, seed: int) -> None:
    finance = quarter(seed)
    journal = by_month_and_account(finance.rows("journal"))

    for from_on, to_on in MONTHS:
        month = f"{from_on:%Y-%m}"
        rows = finance.rows("journal", layout=Layout.XERO_BANK, from_on=from_on, to_on=to_on)
        fees = [row for row in rows if row["Reference"].endswith(" fee")]

        assert total(rows, "*Amount") == journal.get((month, "1100"), Decimal(0))
        assert -total(fees, "*Amount") == sum(
            journal.get((month, code), Decimal(0)) for code in ("5100", "5110", "5120", "5200")
        )
