"""The twenty posting rules, each with its exact balances after every step. Debits are positive."""

from dataclasses import dataclass

import pytest

from service.money import Interval
from service.stripe_facts.record_store import StoredFact
from tests.ledger import make
from tests.ledger.world import Books, Lines


@dataclass(frozen=True, slots=True)
class Step:
    """Facts that arrive together, and every non-zero balance afterwards."""

    facts: tuple[StoredFact, ...]
    balances: Lines


def step(*facts: StoredFact, **balances: int) -> Step:
    return Step(facts, {code.removeprefix("a"): minor for code, minor in balances.items()})


CHARGED = (make.charge(bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5))
CHARGED_BALANCES = {"a1100": 945, "a4100": -1000, "a5100": 50, "a5120": 5}
WITHDRAWN = make.transaction("txn_d", "dispute", -1000, "dp_1", fee=1500, hours=1)
RETURNED = make.transaction("txn_w", "dispute_reversal", 1000, "dp_1", hours=5)
PAID_OUT = make.transaction("txn_p", "payout", -5000, "po_1", hours=1)
PAYOUT_BACK = make.transaction("txn_b", "payout_reversal", 5000, "po_1", hours=90)

SCENARIOS: dict[str, tuple[Step, ...]] = {
    "1 a charge, its fee and the tax on it": (step(*CHARGED, **CHARGED_BALANCES),),
    "1 a monthly charge": (
        step(
            make.charge(interval=Interval.MONTH),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=50),
            a1100=950,
            a4110=-1000,
            a5100=50,
        ),
    ),
    "1 an annual charge whose fee nobody itemised": (
        step(
            make.charge(interval=Interval.YEAR),
            make.transaction("txn_1", "charge", 1000, "ch_1"),
            a1100=1000,
            a4120=-1000,
        ),
    ),
    "2a 2b a pending charge already in the balance, which then succeeds": (
        step(
            make.charge(status="pending", bt="txn_1"),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=35),
            a1100=965,
            a2200=-1000,
            a5100=35,
        ),
        step(make.charge(bt="txn_1"), a1100=965, a4100=-1000, a5100=35),
    ),
    "2c a pending charge already in the balance, which then fails": (
        step(
            make.charge(status="pending", bt="txn_1"),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=35),
            a1100=965,
            a2200=-1000,
            a5100=35,
        ),
        step(
            make.charge(status="failed", bt="txn_1", failure_bt="txn_2"),
            make.transaction("txn_2", "charge_failure", -1000, "ch_1", fee=-35, hours=50),
        ),
    ),
    "2c a failure that keeps the fee and costs another": (
        step(
            make.charge(status="failed", bt="txn_1", failure_bt="txn_2"),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=35),
            make.transaction("txn_2", "charge_failure", -1000, "ch_1", fee=400, hours=50),
            a1100=-435,
            a5100=435,
        ),
    ),
    "2c a charge that fails after it counted as income": (
        step(*CHARGED, **CHARGED_BALANCES),
        step(
            make.charge(status="failed", bt="txn_1", failure_bt="txn_2"),
            make.transaction("txn_2", "charge_failure", -1000, "ch_1", hours=50),
            a1100=-55,
            a5100=50,
            a5120=5,
        ),
    ),
    "3 a delayed payment without a balance transaction": (
        step(make.charge(status="pending")),
        step(*CHARGED, **CHARGED_BALANCES),
    ),
    "4 a full refund keeps the fee": (
        step(*CHARGED, **CHARGED_BALANCES),
        step(
            make.refund(bt="txn_2"),
            make.transaction("txn_2", "refund", -1000, "re_1", hours=2),
            a1100=-55,
            a4100=-1000,
            a4200=1000,
            a5100=50,
            a5120=5,
        ),
    ),
    "4 a refund with a fee of its own": (
        step(*CHARGED, **CHARGED_BALANCES),
        step(
            make.refund(amount=400),
            make.transaction("txn_2", "refund", -400, "re_1", fee=30, hours=2),
            a1100=515,
            a4100=-1000,
            a4200=400,
            a5100=80,
            a5120=5,
        ),
    ),
    "4 refunds in another currency leave at another rate": (
        step(
            make.charge(amount=1000, currency="USD"),
            make.transaction("txn_1", "charge", 901, "ch_1", fee=40),
            a1100=861,
            a4100=-901,
            a5100=40,
        ),
        step(  # 901 * 333 / 1000 = 300.033
            make.charge(amount=1000, currency="USD", refunded=333),
            make.refund("re_1", 333, currency="USD"),
            make.transaction("txn_2", "refund", -310, "re_1", hours=2),
            a1100=551,
            a4100=-901,
            a4200=300,
            a5100=40,
            a5300=10,
        ),
        step(  # 901 * 666 / 1000 = 600.066, less the 300 before
            make.charge(amount=1000, currency="USD", refunded=666),
            make.refund("re_2", 333, currency="USD"),
            make.transaction("txn_3", "refund", -290, "re_2", hours=3),
            a1100=261,
            a4100=-901,
            a4200=600,
            a5100=40,
        ),
        step(  # the last part clears exactly
            make.charge(amount=1000, currency="USD", refunded=1000),
            make.refund("re_3", 334, currency="USD"),
            make.transaction("txn_4", "refund", -301, "re_3", hours=4),
            a1100=-40,
            a4100=-901,
            a4200=901,
            a5100=40,
        ),
    ),
    "5 a pending refund without a balance transaction": (
        step(*CHARGED, **CHARGED_BALANCES),
        step(make.refund(status="pending"), **CHARGED_BALANCES),
    ),
    "6 a refund that fails is still owed": (
        step(
            *CHARGED,
            make.refund(),
            make.transaction("txn_2", "refund", -1000, "re_1", hours=2),
            a1100=-55,
            a4100=-1000,
            a4200=1000,
            a5100=50,
            a5120=5,
        ),
        step(
            make.refund(status="failed", failure_bt="txn_3"),
            make.transaction("txn_3", "refund_failure", 1000, "re_1", hours=90),
            a1100=945,
            a2300=-1000,
            a4100=-1000,
            a4200=1000,
            a5100=50,
            a5120=5,
        ),
    ),
    "7 9 a dispute withdrawn and lost": (
        step(make.dispute(bts=("txn_d",)), WITHDRAWN, a1100=-2500, a1300=1000, a5200=1500),
        step(make.dispute(status="lost", bts=("txn_d",)), a1100=-2500, a4300=1000, a5200=1500),
    ),
    "7 8 10 a dispute won, with the countering fee given back": (
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
    "10 a dispute won in part": (
        step(
            make.dispute(status="won", bts=("txn_d", "txn_w")),
            WITHDRAWN,
            make.transaction("txn_w", "dispute_reversal", 700, "dp_1", hours=5),
            a1100=-1800,
            a4300=300,
            a5200=1500,
        ),
    ),
    "10 a dispute won in another currency": (
        step(
            make.dispute(amount=1100, currency="USD", status="won", bts=("txn_d", "txn_w")),
            WITHDRAWN,
            make.transaction("txn_w", "dispute_reversal", 1010, "dp_1", hours=5),
            a1100=-1490,
            a5200=1500,
            a5300=-10,
        ),
    ),
    "10 won is told before the money is back": (
        step(WITHDRAWN, make.dispute(status="won", bts=("txn_d",)), a1100=-2500, a1300=1000, a5200=1500),
        step(RETURNED, make.dispute(status="won", bts=("txn_d", "txn_w")), a1100=-1500, a5200=1500),
    ),
    "9 lost, and won on appeal": (
        step(WITHDRAWN, make.dispute(status="lost", bts=("txn_d",)), a1100=-2500, a4300=1000, a5200=1500),
        step(make.dispute(status="appeal_under_review", bts=("txn_d",)), a1100=-2500, a4300=1000, a5200=1500),
        step(RETURNED, make.dispute(status="won", bts=("txn_d", "txn_w")), a1100=-1500, a5200=1500),
    ),
    "9 a direct debit returned: lost before the withdrawal is seen": (
        step(make.dispute(status="lost")),
        step(WITHDRAWN, a1100=-2500, a4300=1000, a5200=1500),
    ),
    "an inquiry moves nothing": (
        step(make.dispute(status="warning_needs_response")),
        step(make.dispute(status="warning_closed")),
    ),
    "11 fees, network costs and taxes of their own": (
        step(
            make.transaction("txn_1", "fee", -250, None),
            make.transaction("txn_2", "network_cost", -30, "nc_1"),
            make.transaction("txn_3", "tax", -47, None),
            a1100=-327,
            a5110=280,
            a5120=47,
        ),
    ),
    "11 a fee with its tax itemised": (
        step(make.transaction("txn_1", "fee", -250, None, fee=50, tax=50), a1100=-300, a5110=250, a5120=50),
    ),
    "12 13 a payout on its way, then in the bank": (
        step(make.payout(), PAID_OUT, a1100=-5000, a1200=5000),
        step(make.payout(status="paid"), a1100=-5000, a1210=5000),
    ),
    "13 a payout is in the bank before its movement is seen": (
        step(make.payout(status="paid")),
        step(PAID_OUT, a1100=-5000, a1210=5000),
    ),
    "12 an instant payout costs a fee": (
        step(
            make.payout(is_automatic=False, method="instant"),
            make.transaction("txn_p", "payout", -5000, "po_1", fee=50),
            a1100=-5050,
            a1200=5000,
            a5110=50,
        ),
    ),
    "14 a payout that fails on its way": (
        step(make.payout(), PAID_OUT, a1100=-5000, a1200=5000),
        step(make.payout(status="failed"), PAYOUT_BACK),
    ),
    "14 a payout that fails after it was paid": (
        step(make.payout(status="paid"), PAID_OUT, a1100=-5000, a1210=5000),
        step(PAYOUT_BACK, a1100=-5000, a1210=5000),
        step(make.payout(status="failed")),
    ),
    "14 a payout canceled": (step(make.payout(status="canceled"), PAID_OUT, PAYOUT_BACK),),
    "15 a negative payout debits the bank": (
        step(
            make.payout(amount=-300),
            make.transaction("txn_p", "payout", 300, "po_1"),
            a1100=300,
            a1200=-300,
        ),
        step(make.payout(amount=-300, status="paid"), a1100=300, a1210=-300),
    ),
    "16 reserves held and released": (
        step(make.transaction("txn_1", "risk_reserved_funds", -700, "rsv_1"), a1100=-700, a1150=700),
        step(
            make.transaction("txn_2", "risk_reserved_funds", 200, "rsv_1", hours=5),
            make.transaction("txn_3", "payout_minimum_balance_hold", -90, None),
            make.transaction("txn_4", "risk_reserved_funds", 700, "rsv_1", balance_type="risk_reserved"),
            a1100=-590,
            a1150=590,
        ),
    ),
    "17 top-ups and their reversal": (
        step(make.transaction("txn_1", "topup", 2000, "tu_1"), a1100=2000, a1210=-2000),
        step(make.transaction("txn_2", "topup_reversal", -500, "tu_1"), a1100=1500, a1210=-1500),
    ),
    "18 a charge that is not ours, recognised later": (
        step(make.charge(interval=None), CHARGED[1], a1100=945, a4900=-1000, a5100=50, a5120=5),
        step(make.charge(interval=Interval.MONTH), a1100=945, a4110=-1000, a5100=50, a5120=5),
    ),
    "18 a pending charge that is not ours, recognised after it succeeded": (
        step(make.charge(interval=None, status="pending"), CHARGED[1], a1100=945, a2200=-1000, a5100=50, a5120=5),
        step(make.charge(interval=None), a1100=945, a4900=-1000, a5100=50, a5120=5),
        step(make.charge(), **CHARGED_BALANCES),
    ),
    "19 whatever nobody has thought of": (
        step(
            make.transaction("txn_1", "anticipation_repayment", -120, "xx_1"),
            make.transaction("txn_2", "contribution", -10, None),
            a1100=-130,
            a9900=130,
        ),
    ),
    "a net that does not follow from amount and fee leaves its residue in suspense": (
        step(
            make.charge(),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=50, net=949),
            a1100=949,
            a4100=-1000,
            a5100=50,
            a9900=1,
        ),
    ),
}


# Waiting is seen by the check that every movement is posted, and by the one on what moved.
WAITING = {"every movement is posted once", "the Stripe account is what moved"}
EXPECTED_RED = {
    "19 whatever nobody has thought of": {"suspense is empty"},
    "a net that does not follow from amount and fee leaves its residue in suspense": {"suspense is empty"},
    "14 a payout that fails after it was paid": WAITING,
    "16 reserves held and released": {"reserves are what Stripe holds"},
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_balances_are_exact_after_each_step_and_repeats_post_nothing_more(books: Books, name: str) -> None:
    red: set[str] = set()
    for step in SCENARIOS[name]:
        books.record(*step.facts)

        assert books.balances() == step.balances
        red |= books.red({"EUR": step.balances.get("1100", 0)})

    assert red == EXPECTED_RED.get(name, set())
    before = books.entries()
    reports = [books.record(*step.facts) for step in SCENARIOS[name]]
    assert books.entries() == before
    assert sum(report.posted for report in reports) == 0


def test_an_unknown_category_is_reported_for_alarm(books: Books) -> None:
    report = books.record(make.transaction("txn_1", "anticipation_repayment", -120, "xx_1"))

    assert (report.posted, report.unclassified) == (1, 1)


@pytest.mark.parametrize("currency", ["JPY", "KWD", "ISK", "UGX", "HUF", "TWD"])
def test_every_settlement_currency_has_books_of_its_own(books: Books, currency: str) -> None:
    books.record(
        *CHARGED,
        make.charge("ch_2", 500_000, currency=currency),
        make.transaction("txn_2", "charge", 500_000, "ch_2", fee=12_300, currency=currency),
    )

    assert books.balances(currency) == {"1100": 487_700, "4100": -500_000, "5100": 12_300}
    assert books.balances() == {"1100": 945, "4100": -1000, "5100": 50, "5120": 5}


def test_a_repeat_with_a_stale_status_changes_nothing(books: Books) -> None:
    books.record(make.payout(status="failed"), PAID_OUT, PAYOUT_BACK)

    books.record(make.payout(status="paid"), make.payout())

    assert books.balances() == {}
