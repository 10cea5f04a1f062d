"""The ledger's tables. Entries and postings are only ever added; a trigger refuses every other change."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from service.database.columns import INSTANT, is_in
from service.database.metadata import metadata
from service.ledger.entries import Entry, EntryReason, PostedEntry

MANUAL_ENTRY = "manual_entry"  # the source type of entries by a person
LEDGER_LOCK = 0x6B6F_6C65  # advisory lock: one writer at a time, so that the numbers of entries have no gap

ledger_accounts = Table(
    "ledger_accounts",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("source_type", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("balance_transaction_id", Text, unique=True),
    Column("currency", Text, nullable=False),
    Column("effective_at", INSTANT, nullable=False),
    Column("accounting_date", Date, nullable=False),
    Column("posted_at", INSTANT, nullable=False),
    Column("causes", ARRAY(Text), nullable=False),
    Column("line_count", SmallInteger, nullable=False),
    Index(None, "source_id"),
    Index(None, "accounting_date", "seq"),
    Index(None, "effective_at"),
    Index(
        "ix_ledger_entries_recognised",
        "source_id",
        postgresql_where=text("reason IN ('charge_succeeded', 'charge_succeeded_not_ours', 'charge_matched')"),
    ),
    Index(
        "ix_ledger_entries_unsettled",
        "accounting_date",
        postgresql_where=text("reason IN ('charge_in_process', 'charge_matched')"),
    ),
    Index(
        "ix_ledger_entries_late",
        "accounting_date",
        postgresql_where=text("accounting_date > (effective_at AT TIME ZONE 'UTC')::date + 1"),
    ),
    Index(
        "ix_ledger_entries_manual_causes",
        "causes",
        postgresql_using="gin",
        postgresql_where=text(f"source_type = '{MANUAL_ENTRY}'"),
    ),
)

ledger_postings = Table(
    "ledger_postings",
    metadata,
    Column("entry_seq", BigInteger, ForeignKey("ledger_entries.seq"), primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("account", Text, ForeignKey("ledger_accounts.code"), nullable=False),
    Column("amount_minor", BigInteger, CheckConstraint("amount_minor <> 0", name="amount_not_zero"), nullable=False),
    Column("currency", Text, nullable=False),
    Index(
        "ix_ledger_postings_open_items",
        "account",
        postgresql_where=text("account IN ('2300', '4900', '9900')"),  # OPEN_ITEM_ACCOUNTS
    ),
    # Refunds, disputes and exchange differences: few lines, which staff look up.
    Index(
        "ix_ledger_postings_rare",
        "account",
        postgresql_where=text("account IN ('1300', '4200', '4300', '5300')"),
    ),
)

# The sums of the postings by day; a trigger updates them.
ledger_day_totals = Table(
    "ledger_day_totals",
    metadata,
    Column("accounting_date", Date, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("debit_minor", BigInteger, nullable=False),
    Column("credit_minor", BigInteger, nullable=False),
)

# The sums of the postings whose entry is about a charge with a site; triggers update them.
ledger_site_totals = Table(
    "ledger_site_totals",
    metadata,
    Column("site", Text, primary_key=True),
    Column("accounting_date", Date, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
)
# The sums of these postings by campaign, which is empty for a charge without one; triggers update them.
ledger_campaign_totals = Table(
    "ledger_campaign_totals",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("accounting_date", Date, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Index(None, "accounting_date"),
)
# Entries about charges that are not in these sums: the site was not known when they were posted, or the site or the
# campaign has changed since.
ledger_outside_site_totals = Table(
    "ledger_outside_site_totals", metadata, Column("entry_seq", BigInteger, primary_key=True, autoincrement=False)
)


@dataclass(frozen=True, slots=True)
class NumberedEntry:
    """An entry with its number, accounting date and time of posting."""

    seq: int
    entry: Entry
    accounting_date: date
    posted_at: datetime


def lock_ledger(connection: Connection) -> None:
    """Wait until no other transaction posts or closes, and keep others waiting until this transaction ends."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LEDGER_LOCK})


def last_seq(connection: Connection) -> int:
    """Return the number of the newest entry; 0 in an empty ledger."""
    newest: int | None = connection.execute(select(func.max(ledger_entries.c.seq))).scalar_one()
    return newest or 0


def append_entries(connection: Connection, entries: Sequence[NumberedEntry]) -> None:
    """Write entries and their postings. At commit, the database checks that every entry balances and is complete."""
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY ledger_entries ({_names(ledger_entries)}) FROM STDIN") as copy:
        for numbered in entries:
            copy.write_row(_entry_row(numbered))
    with cursor.copy(f"COPY ledger_postings ({_names(ledger_postings)}) FROM STDIN") as copy:
        for row in _posting_rows(entries):
            copy.write_row(row)


def posted_entries(connection: Connection, source_ids: Collection[str]) -> list[PostedEntry]:
    """Return the entries whose source is one of these objects, in the ledger's order."""
    entries = ledger_entries.c
    statement = (
        select(entries.seq, entries.key, entries.reason, entries.source_id, entries.causes)
        .where(is_in(entries.source_id, source_ids))
        .order_by(entries.seq)
    )
    return [
        PostedEntry(row.seq, row.key, EntryReason(row.reason), row.source_id, tuple(row.causes))
        for row in connection.execute(statement)
    ]


def currencies_held(connection: Connection) -> set[str]:
    """Return the currencies that have entries."""
    return set(connection.execute(select(ledger_day_totals.c.currency).distinct()).scalars())


def balances(
    connection: Connection, as_of_seq: int | None = None, *, has_manual: bool = True
) -> dict[tuple[str, str], int]:
    """Return the balance of every account with postings in minor units, by currency and code; a debit is positive.

    With `as_of_seq`, only entries up to and including that number count. With `has_manual` False, entries by a person
    do not count.
    """
    postings = ledger_postings.c
    statement = select(postings.currency, postings.account, func.sum(postings.amount_minor).label("balance_minor"))
    if as_of_seq is not None:
        statement = statement.where(postings.entry_seq <= as_of_seq)
    if not has_manual:
        by_person = select(ledger_entries.c.seq).where(ledger_entries.c.source_type == MANUAL_ENTRY)
        statement = statement.where(postings.entry_seq.not_in(by_person))
    rows = connection.execute(statement.group_by(postings.currency, postings.account))
    return {(row.currency, row.account): int(row.balance_minor) for row in rows}


def _names(table: Table) -> str:
    return ", ".join(column.name for column in table.c)


def _entry_row(numbered: NumberedEntry) -> tuple[object, ...]:
    entry = numbered.entry
    return (
        numbered.seq,
        entry.key,
        entry.reason.value,
        entry.source_type,
        entry.source_id,
        entry.balance_transaction_id,
        entry.currency,
        entry.effective_at,
        numbered.accounting_date,
        numbered.posted_at,
        list(entry.causes),
        len(entry.postings),
    )


def _posting_rows(entries: Sequence[NumberedEntry]) -> Iterable[tuple[object, ...]]:
    for numbered in entries:
        for line, posting in enumerate(numbered.entry.postings, start=1):
            yield numbered.seq, line, str(posting.account), posting.amount_minor, numbered.entry.currency
