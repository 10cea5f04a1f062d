"""Scenarios of charges and refunds (rules 1 to 6, and 18)."""

from service.money import Interval
from tests.ledger import make
from tests.ledger.posting.scenarios.step import Scenarios, step

CHARGED = (make.charge(bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5))
CHARGED_BALANCES = {"a1100": 945, "a4100": -1000, "a5100": 50, "a5120": 5}

CHARGE_SCENARIOS: Scenarios = {
    "1: a charge, its fee and the tax on it": (step(*CHARGED, **CHARGED_BALANCES),),
    "1: a monthly charge": (
        step(
            make.charge(interval=Interval.MONTH),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=50),
            a1100=950,
            a4110=-1000,
            a5100=50,
        ),
    ),
    "1: an annual charge without a fee": (
        step(
            make.charge(interval=Interval.YEAR),
            make.transaction("txn_1", "charge", 1000, "ch_1"),
            a1100=1000,
            a4120=-1000,
        ),
    ),
    "2a, 2b: a pending charge in the balance that succeeds": (
        step(
            make.charge(status="pending", bt="txn_1"),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=35),
            a1100=965,
            a2200=-1000,
            a5100=35,
        ),
        step(make.charge(bt="txn_1"), a1100=965, a4100=-1000, a5100=35),
    ),
    "2a, 2c: a pending charge in the balance that fails": (
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
    "2c: a failure that keeps the fee and costs another": (
        step(
            make.charge(status="failed", bt="txn_1", failure_bt="txn_2"),
            make.transaction("txn_1", "charge", 1000, "ch_1", fee=35),
            make.transaction("txn_2", "charge_failure", -1000, "ch_1", fee=400, hours=50),
            a1100=-435,
            a5100=435,
        ),
    ),
    "1, 2c: a charge that fails after it counted as income": (
        step(*CHARGED, **CHARGED_BALANCES),
        step(
            make.charge(status="failed", bt="txn_1", failure_bt="txn_2"),
            make.transaction("txn_2", "charge_failure", -1000, "ch_1", hours=50),
            a1100=-55,
            a5100=50,
            a5120=5,
        ),
    ),
    "3: a delayed payment without a balance transaction": (
        step(make.charge(status="pending")),
        step(*CHARGED, **CHARGED_BALANCES),
    ),
    "4: a full refund keeps the fee": (
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
    "4: a refund with a fee of its own": (
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
    "4: partial refunds in another currency at other rates": (
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
    "5: a pending refund without a balance transaction": (
        step(*CHARGED, **CHARGED_BALANCES),
        step(make.refund(status="pending"), **CHARGED_BALANCES),
    ),
    "6: a failed refund is still owed": (
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
    "18: a charge that is not ours and is matched later": (
        step(make.charge(interval=None), CHARGED[1], a1100=945, a4900=-1000, a5100=50, a5120=5),
        step(make.charge(interval=Interval.MONTH), a1100=945, a4110=-1000, a5100=50, a5120=5),
    ),
    "2a, 18: a pending charge that is not ours and is matched after it succeeded": (
        step(make.charge(interval=None, status="pending"), CHARGED[1], a1100=945, a2200=-1000, a5100=50, a5120=5),
        step(make.charge(interval=None), a1100=945, a4900=-1000, a5100=50, a5120=5),
        step(make.charge(), **CHARGED_BALANCES),
    ),
    "1: a net that is not amount less fee leaves its residue in suspense": (
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
