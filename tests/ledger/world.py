"""A ledger on a fresh database that is fed with facts, and a history of facts that arrive in any order."""

import random
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from service.ledger.invariants.check import Check
from service.ledger.invariants.check_ledger import check_ledger
from service.ledger.post_due import PostingReport, post_due
from service.ledger.store import balances, ledger_entries, ledger_postings
from service.money import Interval
from service.stripe_facts.record_store import StoredFact, record_facts
from service.stripe_gateway.account import StripeBalance
from service.stripe_gateway.facts import Dispute
from tests.ledger import make

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)

Lines = dict[str, int]  # minor units by account code, a debit positive

PAYOUT_LINES = [make.transaction(f"txn_{number}", "charge", 1000, f"ch_{number}", fee=59) for number in range(250)]
PAYOUT_AMOUNT = 250 * 941
PAYOUT_OWN = make.transaction("txn_p", "payout", -PAYOUT_AMOUNT, "po_1")

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
# Earlier versions of some of these objects, which may arrive before or after the final one.
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


@dataclass
class Books:
    """A ledger: record facts and post them, then read balances by account code."""

    engine: Engine
    zone: ZoneInfo = UTC_ZONE
    now: datetime = field(default=NOW)

    def record(self, *facts: StoredFact) -> PostingReport:
        """Record facts, post once, and return the report."""
        with self.engine.begin() as connection:
            record_facts(connection, facts, self.now)
            return post_due(connection, self.zone, self.now)

    def balances(self, currency: str = "EUR") -> Lines:
        """Return the balances that are not zero."""
        with self.engine.connect() as connection:
            held = balances(connection)
        return {account: minor for (unit, account), minor in sorted(held.items()) if unit == currency and minor}

    def entries(self) -> dict[str, tuple[str, Lines]]:
        """Return the accounting date and lines of every entry, by key."""
        entry, posting = ledger_entries.c, ledger_postings.c
        statement = (
            select(entry.key, entry.accounting_date, posting.account, posting.amount_minor)
            .join_from(ledger_entries, ledger_postings, posting.entry_seq == entry.seq, isouter=True)
            .order_by(entry.seq, posting.line)
        )
        entries: dict[str, tuple[str, Lines]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(statement):
                _, lines = entries.setdefault(row.key, (row.accounting_date.isoformat(), {}))
                if row.account is not None:
                    lines[row.account] = row.amount_minor
        return entries

    def checks(
        self, stripe_balance: dict[str, int] | None = None, prefunded: dict[str, int] | None = None
    ) -> dict[str, Check]:
        """Return the check of every invariant, by name."""
        with self.engine.connect() as connection:
            held = None if stripe_balance is None else StripeBalance(stripe_balance, prefunded or {})
            return {check.name: check for check in check_ledger(connection, self.now, held)}

    def red(self, stripe_balance: dict[str, int] | None = None) -> set[str]:
        """Return the names of the red checks."""
        return {name for name, check in self.checks(stripe_balance).items() if not check.is_green}


def arrivals(seed: int, facts: tuple[StoredFact, ...]) -> list[list[StoredFact]]:
    """Return the facts in four batches, in an order drawn from the seed, a third of them twice."""
    chance = random.Random(seed)
    order = [_renamed(fact, seed) for fact in (*facts, *chance.sample(facts, len(facts) // 3))]
    chance.shuffle(order)
    cuts = sorted(chance.sample(range(1, len(order)), 3))
    return [order[start:end] for start, end in pairwise((0, *cuts, len(order)))]


def _renamed(fact: StoredFact, seed: int) -> StoredFact:
    """Return the fact with `~seed` at the end of every id."""
    changes: dict[str, Any] = {
        field.name: f"{value}~{seed}"
        for field in fields(fact)
        if (field.name == "id" or field.name.endswith("_id")) and (value := getattr(fact, field.name)) is not None
    }
    if isinstance(fact, Dispute):
        changes["balance_transaction_ids"] = tuple(f"{id_}~{seed}" for id_ in fact.balance_transaction_ids)
    return replace(fact, **changes)
