"""A whole ledger over a fresh database, fed with facts: what scenario tests read their balances from."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from service.ledger.invariant_store import check_ledger
from service.ledger.invariants import Check
from service.ledger.posting_store import PostingReport, post_due
from service.ledger.store import balances, ledger_entries, ledger_postings
from service.stripe_facts.record_store import StoredFact, record_fact
from service.stripe_gateway.account import StripeBalance

UTC_ZONE = ZoneInfo("UTC")
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)

Lines = dict[str, int]


@dataclass
class Books:
    """Record facts, post, read balances by account code."""

    engine: Engine
    zone: ZoneInfo = UTC_ZONE
    now: datetime = field(default=NOW)

    def record(self, *facts: StoredFact) -> PostingReport:
        """Record facts in the order given, post once, and report."""
        with self.engine.begin() as connection:
            for fact in facts:
                record_fact(connection, fact, self.now)
            return post_due(connection, self.zone, self.now)

    def balances(self, currency: str = "EUR") -> Lines:
        """Non-zero balances by account code, a debit positive."""
        with self.engine.connect() as connection:
            found = balances(connection)
        return {account.value: minor for (unit, account), minor in sorted(found.items()) if unit == currency and minor}

    def entries(self) -> dict[str, tuple[str, Lines]]:
        """Every entry by key: its accounting date and lines."""
        entry, posting = ledger_entries.c, ledger_postings.c
        statement = (
            select(entry.key, entry.accounting_date, posting.account, posting.amount_minor)
            .join_from(ledger_entries, ledger_postings, posting.entry_seq == entry.seq, isouter=True)
            .order_by(entry.seq, posting.line)
        )
        found: dict[str, tuple[str, Lines]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(statement):
                _, lines = found.setdefault(row.key, (row.accounting_date.isoformat(), {}))
                if row.account is not None:
                    lines[row.account] = row.amount_minor
        return found

    def checks(
        self, stripe_balance: dict[str, int] | None = None, prefunded: dict[str, int] | None = None
    ) -> dict[str, Check]:
        """Every invariant by its name."""
        with self.engine.connect() as connection:
            held = None if stripe_balance is None else StripeBalance(stripe_balance, prefunded or {})
            return {check.name: check for check in check_ledger(connection, self.now, held)}

    def red(self, stripe_balance: dict[str, int] | None = None) -> set[str]:
        """The names of the invariants that do not hold."""
        return {name for name, check in self.checks(stripe_balance).items() if not check.is_green}
