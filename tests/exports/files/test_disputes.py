"""disputes.csv: what a chargeback cost; an inquiry has moved nothing."""

from tests.exports.world import Finance
from tests.ledger import make


def test_a_lost_dispute_shows_its_cost(finance: Finance) -> None:
    finance.contribution()
    finance.record(
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=30),
        make.charge("ch_1", 1000, bt="txn_1"),
        make.transaction("txn_3", "dispute", -1000, "dp_1", fee=2000, hours=50),
        make.dispute("dp_1", 1000, status="lost", bts=("txn_3",)),
    )

    (dispute,) = finance.rows("disputes")

    assert (dispute["kind"], dispute["status"]) == ("chargeback", "lost")
    assert (dispute["amount"], dispute["fees"], dispute["returned"]) == ("10.00", "20.00", "0.00")
    assert dispute["outcome_amount"] == "-30.00"
    assert dispute["closed_at_utc"].endswith("Z")
    assert finance.rows("contributions")[0]["dispute_state"] == "lost"


def test_an_inquiry_has_moved_nothing(finance: Finance) -> None:
    finance.record(make.charge("ch_1", 1000), make.dispute("dp_1", 1000, status="warning_needs_response"))

    (dispute,) = finance.rows("disputes")

    assert (dispute["kind"], dispute["amount"], dispute["outcome_amount"]) == ("inquiry", "10.00", "")
