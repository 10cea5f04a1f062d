"""Scenarios of payouts (rules 12 to 15)."""

from tests.ledger import make
from tests.ledger.posting.scenarios.step import Scenarios, step

PAID_OUT = make.transaction("txn_p", "payout", -5000, "po_1", hours=1)
RETURNED = make.transaction("txn_b", "payout_reversal", 5000, "po_1", hours=90)

PAYOUT_SCENARIOS: Scenarios = {
    "12, 13: a payout on its way, then in the bank": (
        step(make.payout(), PAID_OUT, a1100=-5000, a1200=5000),
        step(make.payout(status="paid"), a1100=-5000, a1210=5000),
    ),
    "13: a payout in the bank before its balance transaction is known": (
        step(make.payout(status="paid")),
        step(PAID_OUT, a1100=-5000, a1210=5000),
    ),
    "12: an instant payout costs a fee": (
        step(
            make.payout(is_automatic=False, method="instant"),
            make.transaction("txn_p", "payout", -5000, "po_1", fee=50),
            a1100=-5050,
            a1200=5000,
            a5110=50,
        ),
    ),
    "14: a payout that fails on its way": (
        step(make.payout(), PAID_OUT, a1100=-5000, a1200=5000),
        step(make.payout(status="failed"), RETURNED),
    ),
    "14: a payout that fails after it was paid": (
        step(make.payout(status="paid"), PAID_OUT, a1100=-5000, a1210=5000),
        step(RETURNED, a1100=-5000, a1210=5000),
        step(make.payout(status="failed")),
    ),
    "14: a canceled payout": (step(make.payout(status="canceled"), PAID_OUT, RETURNED),),
    "15: a negative payout debits the bank": (
        step(
            make.payout(amount=-300),
            make.transaction("txn_p", "payout", 300, "po_1"),
            a1100=300,
            a1200=-300,
        ),
        step(make.payout(amount=-300, status="paid"), a1100=300, a1210=-300),
    ),
}
