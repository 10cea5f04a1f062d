"""Whatever order facts come in, however often, and however many at a time: the same ledger, and no money lost."""

import random
import re
from collections import Counter
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

from service.money import Interval
from service.stripe_facts.record_store import StoredFact
from service.stripe_gateway.facts import Dispute
from tests.ledger import make
from tests.ledger.books import Books, Lines

SEEDS = 200
STALE_SEEDS = 80  # with half as many facts again

FINAL_FACTS: tuple[StoredFact, ...] = (
    make.charge("ch_a", bt="txn_a", refunded=1000),
    make.transaction("txn_a", "charge", 1000, "ch_a", fee=55, tax=5),
    make.refund("re_a", 400, charge="ch_a", bt="txn_ra"),
    make.transaction("txn_ra", "refund", -400, "re_a", hours=3),
    make.refund("re_b", 600, charge="ch_a", status="failed", bt="txn_rb", failure_bt="txn_rf"),
    make.transaction("txn_rb", "refund", -600, "re_b", hours=4),
    make.transaction("txn_rf", "refund_failure", 600, "re_b", hours=90),
    make.charge("ch_b", 1000, currency="USD", interval=Interval.MONTH, bt="txn_b", refunded=1000),
    make.transaction("txn_b", "charge", 901, "ch_b", fee=40),
    make.refund("re_c", 333, charge="ch_b", currency="USD", bt="txn_rc"),
    make.transaction("txn_rc", "refund", -310, "re_c", hours=5),
    make.refund("re_d", 333, charge="ch_b", currency="USD", bt="txn_rd"),
    make.transaction("txn_rd", "refund", -290, "re_d", hours=6),
    make.refund("re_e", 334, charge="ch_b", currency="USD", bt="txn_re"),
    make.transaction("txn_re", "refund", -301, "re_e", hours=7),
    make.dispute("dp_a", charge="ch_c", status="won", bts=("txn_da", "txn_dw")),
    make.transaction("txn_da", "dispute", -1000, "dp_a", fee=1500, hours=8),
    make.transaction("txn_dw", "dispute_reversal", 900, "dp_a", fee=-1500, hours=30),
    make.payout("po_a", status="paid", bt="txn_p"),
    make.transaction("txn_p", "payout", -5000, "po_a", hours=9),
    make.payout("po_b", 700, status="failed", bt="txn_q"),
    make.transaction("txn_q", "payout", -700, "po_b", hours=10),
    make.transaction("txn_qr", "payout_reversal", 700, "po_b", hours=99),
    make.charge("ch_c", 1000, interval=None, bt="txn_c"),
    make.transaction("txn_c", "charge", 1000, "ch_c", fee=60),
    make.charge("ch_d", 80_000, currency="JPY", bt="txn_d"),
    make.transaction("txn_d", "charge", 80_000, "ch_d", fee=2_880, currency="JPY"),
    make.transaction("txn_fee", "fee", -250, None, hours=11),
    make.transaction("txn_odd", "anticipation_repayment", -9, None, hours=12),
    make.transaction("txn_res", "risk_reserved_funds", -50, None, hours=13),
)

# How some of the same objects stood before: such a version may arrive before or after the newer one.
EARLIER_FACTS: tuple[StoredFact, ...] = (
    make.charge("ch_a", status="pending"),
    make.charge("ch_a", status="pending", bt="txn_a"),
    make.charge("ch_b", 1000, currency="USD", interval=None, bt="txn_b", refunded=1000),
    make.refund("re_b", 600, charge="ch_a", bt="txn_rb"),
    make.dispute("dp_a", charge="ch_c", status="under_review", bts=("txn_da",)),
    make.dispute("dp_a", charge="ch_c", status="lost", bts=("txn_da",)),
    make.payout("po_a", bt="txn_p"),
    make.payout("po_b", 700, bt="txn_q"),
    make.payout("po_b", 700, status="paid", bt="txn_q"),
)

BALANCES = {
    "EUR": {
        "1100": 945 - 400 - 600 + 600 + 861 - 901 - 2500 + 2400 - 5000 + 940 - 250 - 9 - 50,
        "1150": 50,
        "1210": 5000,
        "2300": -600,
        "4100": -1000,
        "4110": -901,
        "4200": 1000 + 901,
        "4300": 100,
        "4900": -1000,
        "5100": 50 + 40 + 60,
        "5110": 250,
        "5120": 5,
        "9900": 9,
    },
    "JPY": {"1100": 77_120, "4100": -80_000, "5100": 2_880},
}


def arrivals(seed: int, facts: tuple[StoredFact, ...]) -> list[list[StoredFact]]:
    """The facts in an order of their own, a third of them twice, in a few batches, under ids of this seed's own."""
    chance = random.Random(seed)
    order = [renamed(fact, seed) for fact in (*facts, *chance.sample(facts, len(facts) // 3))]
    chance.shuffle(order)
    cuts = sorted(chance.sample(range(1, len(order)), 3))
    return [order[start:end] for start, end in pairwise((0, *cuts, len(order)))]


def renamed(fact: StoredFact, seed: int) -> StoredFact:
    """The same fact with `~seed` at the end of every id."""
    changes: dict[str, Any] = {
        field.name: f"{value}~{seed}"
        for field in fields(fact)
        if (field.name == "id" or field.name.endswith("_id")) and (value := getattr(fact, field.name)) is not None
    }
    if isinstance(fact, Dispute):
        changes["balance_transaction_ids"] = tuple(f"{id_}~{seed}" for id_ in fact.balance_transaction_ids)
    return replace(fact, **changes)


def record_shuffled(books: Books, facts: tuple[StoredFact, ...], seeds: int) -> None:
    """The first part of every seed, then the second part of every seed: so that postings mix what they look at."""
    for batches in zip(*(arrivals(seed, facts) for seed in range(seeds)), strict=True):
        books.record(*(fact for batch in batches for fact in batch))


def entries_by_seed(books: Books, seeds: int) -> list[dict[str, tuple[str, Lines]]]:
    """The entries of each seed under their plain keys."""
    found: list[dict[str, tuple[str, Lines]]] = [{} for _ in range(seeds)]
    for key, entry in books.entries().items():
        seed = re.search(r"~(\d+)", key)
        assert seed
        found[int(seed[1])][key.replace(seed[0], "")] = entry
    return found


def test_any_order_and_repetition_gives_the_same_entries(books: Books) -> None:
    record_shuffled(books, FINAL_FACTS, SEEDS)

    first, *others = entries_by_seed(books, SEEDS)

    assert len(first) == 20
    for seed, entries in enumerate(others, start=1):
        assert entries == first, seed


def test_stale_versions_in_any_order_give_the_same_balances(books: Books) -> None:
    record_shuffled(books, FINAL_FACTS + EARLIER_FACTS, STALE_SEEDS)

    for currency, expected in BALANCES.items():
        assert books.balances(currency) == {code: minor * STALE_SEEDS for code, minor in expected.items()}

    for seed, entries in enumerate(entries_by_seed(books, STALE_SEEDS)):
        totals: Counter[str] = Counter()
        for key, (_, lines) in entries.items():
            totals.update({} if key == "bt:txn_d" else lines)
        assert {code: minor for code, minor in totals.items() if minor} == BALANCES["EUR"], seed
