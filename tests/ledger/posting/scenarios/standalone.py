"""Scenarios of fees, reserves, top-ups, unknown categories and unmoved money (rules 11, 16, 17, 19 and 20)."""

from service.stripe_gateway.facts import Invoice
from tests.ledger import make
from tests.ledger.posting.scenarios.step import Scenarios, step

STANDALONE_SCENARIOS: Scenarios = {
    "11: fees, network costs and taxes of their own": (
        step(
            make.transaction("txn_1", "fee", -250, None),
            make.transaction("txn_2", "network_cost", -30, "nc_1"),
            make.transaction("txn_3", "tax", -47, None),
            a1100=-327,
            a5110=280,
            a5120=47,
        ),
    ),
    "11: a fee with its tax as a component": (
        step(make.transaction("txn_1", "fee", -250, None, fee=50, tax=50), a1100=-300, a5110=250, a5120=50),
    ),
    "16: reserves held and released": (
        step(make.transaction("txn_1", "risk_reserved_funds", -700, "rsv_1"), a1100=-700, a1150=700),
        step(
            make.transaction("txn_2", "risk_reserved_funds", 200, "rsv_1", hours=5),
            make.transaction("txn_3", "payout_minimum_balance_hold", -90, None),
            make.transaction("txn_4", "risk_reserved_funds", 700, "rsv_1", balance_type="risk_reserved"),
            a1100=-590,
            a1150=590,
        ),
    ),
    "17: a top-up and its reversal": (
        step(make.transaction("txn_1", "topup", 2000, "tu_1"), a1100=2000, a1210=-2000),
        step(make.transaction("txn_2", "topup_reversal", -500, "tu_1"), a1100=1500, a1210=-1500),
    ),
    "19: categories that no rule knows": (
        step(
            make.transaction("txn_1", "anticipation_repayment", -120, "xx_1"),
            make.transaction("txn_2", "contribution", -10, None),
            a1100=-130,
            a9900=130,
        ),
    ),
    "20: an invoice paid outside Stripe": (
        step(
            Invoice(
                "in_1", "paid", 500, 500, 500, 0, "EUR", make.START, is_livemode=True, amount_paid_off_stripe_minor=500
            )
        ),
    ),
}
