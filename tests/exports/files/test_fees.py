"""fees.csv: every component of a fee, summing to the fee accounts."""

from tests.exports.world import Finance, account_movement, total
from tests.ledger import make


def test_fees_are_one_row_per_component_and_sum_to_the_fee_accounts(finance: Finance) -> None:
    finance.record(
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=37, tax=7),
        make.charge("ch_1", 1000, bt="txn_1"),
        make.transaction("txn_3", "dispute", -1000, "dp_1", fee=2000),
        make.dispute("dp_1", 1000, bts=("txn_3",)),
        make.transaction("txn_4", "fee", -500, None),
        make.transaction("txn_5", "network_cost", -12, None),
    )

    fees = finance.rows("fees")

    assert sorted((fee["category"], fee["amount"]) for fee in fees) == [
        ("dispute", "20.00"),
        ("network", "0.12"),
        ("other", "5.00"),
        ("processing", "0.30"),
        ("tax", "0.07"),
    ]
    assert total(fees, "amount") == sum(account_movement(finance, code) for code in ("5100", "5110", "5120", "5200"))
