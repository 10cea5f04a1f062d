"""Scenarios of disputes (rules 7 to 10)."""

from tests.ledger import make
from tests.ledger.posting.scenarios.step import Scenarios, step

WITHDRAWN = make.transaction("txn_d", "dispute", -1000, "dp_1", fee=1500, hours=1)
RETURNED = make.transaction("txn_w", "dispute_reversal", 1000, "dp_1", hours=5)

DISPUTE_SCENARIOS: Scenarios = {
    "7, 9: a dispute that is lost": (
        step(make.dispute(bts=("txn_d",)), WITHDRAWN, a1100=-2500, a1300=1000, a5200=1500),
        step(make.dispute(status="lost", bts=("txn_d",)), a1100=-2500, a4300=1000, a5200=1500),
    ),
    "7, 8: a dispute that is won and returns the countering fee": (
        step(make.dispute(bts=("txn_d",)), WITHDRAWN, a1100=-2500, a1300=1000, a5200=1500),
        step(
            make.transaction("txn_f", "fee", -1500, "dp_1", hours=3),
            a1100=-4000,
            a1300=1000,
            a5200=3000,
        ),
        step(
            make.dispute(status="won", bts=("txn_d", "txn_w")),
            make.transaction("txn_w", "dispute_reversal", 1000, "dp_1", fee=-1500, hours=5),
            a1100=-1500,
            a5200=1500,
        ),
    ),
    "10: a dispute won in part": (
        step(
            make.dispute(status="won", bts=("txn_d", "txn_w")),
            WITHDRAWN,
            make.transaction("txn_w", "dispute_reversal", 700, "dp_1", hours=5),
            a1100=-1800,
            a4300=300,
            a5200=1500,
        ),
    ),
    "10: a dispute won in another currency": (
        step(
            make.dispute(amount=1100, currency="USD", status="won", bts=("txn_d", "txn_w")),
            WITHDRAWN,
            make.transaction("txn_w", "dispute_reversal", 1010, "dp_1", hours=5),
            a1100=-1490,
            a5200=1500,
            a5300=-10,
        ),
    ),
    "8: a dispute that is won before the money is back": (
        step(WITHDRAWN, make.dispute(status="won", bts=("txn_d",)), a1100=-2500, a1300=1000, a5200=1500),
        step(RETURNED, make.dispute(status="won", bts=("txn_d", "txn_w")), a1100=-1500, a5200=1500),
    ),
    "9, 10: a dispute that is lost and then won on appeal": (
        step(WITHDRAWN, make.dispute(status="lost", bts=("txn_d",)), a1100=-2500, a4300=1000, a5200=1500),
        step(make.dispute(status="appeal_under_review", bts=("txn_d",)), a1100=-2500, a4300=1000, a5200=1500),
        step(RETURNED, make.dispute(status="won", bts=("txn_d", "txn_w")), a1100=-1500, a5200=1500),
    ),
    "9: a returned direct debit, lost before the withdrawal is known": (
        step(make.dispute(status="lost")),
        step(WITHDRAWN, a1100=-2500, a4300=1000, a5200=1500),
    ),
    "7: an inquiry withdraws nothing": (
        step(make.dispute(status="warning_needs_response")),
        step(make.dispute(status="warning_closed")),
    ),
}
