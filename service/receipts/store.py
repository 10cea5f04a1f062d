"""The tables of receipts and Gift Aid declarations. Personal data is only in columns named `contributor_*`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from psycopg import Connection as PsycopgConnection
from psycopg import sql
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Connection,
    Date,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    select,
    text,
    update,
)

from service.database.columns import INSTANT, is_in
from service.database.metadata import metadata
from service.ids import new_id
from service.ledger.store import last_seq
from service.receipts.donors_store import donor_of
from service.receipts.payments_store import PAYMENTS
from service.receipts.receipts import IssuedReceipt, NewReceipt, YearTotal

RECEIPTS_LOCK = 0x6B6F_7270  # advisory lock: one transaction issues at a time, so that numbers have no gap

receipts = Table(
    "receipts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("donor_ref", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("total_given_minor", BigInteger, nullable=False),
    Column("total_refunded_minor", BigInteger, nullable=False),
    Column("payment_ids", ARRAY(Text), nullable=False),
    Column("contribution_id", Text),
    Column("issued_at", INSTANT, nullable=False),
    Column("replaced_by", Text),
    UniqueConstraint("year", "number"),
    Index(None, "issued_at", "year", "number"),
    Index(
        "uq_receipts_current",
        "year",
        "donor_ref",
        "currency",
        unique=True,
        postgresql_where=text("replaced_by IS NULL"),
    ),
)

gift_aid_declarations = Table(
    "gift_aid_declarations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("donor_ref", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date),
    Column("declared_at", INSTANT, nullable=False),
    Column("contributor_title", Text),
    Column("contributor_first_name", Text),
    Column("contributor_last_name", Text),
    Column("contributor_house", Text),
    Column("contributor_postcode", Text),
    Index(None, "donor_ref"),
)

_YEAR_TOTALS = sql.SQL("""
SELECT p.donor_ref, p.currency, sum(p.given_minor)::bigint, sum(p.refunded_minor + p.lost_minor)::bigint,
    array_agg(p.payment_id ORDER BY p.paid_at, p.charge_id),
    (array_agg(p.contribution_id ORDER BY p.paid_at DESC, p.charge_id))[1]
FROM ({payments}) p
WHERE p.paid_on BETWEEN {from_on} AND {to_on}
GROUP BY 1, 2 ORDER BY min(p.paid_at), 1, 2
""")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A donor's Gift Aid declaration for donations from one day to another, both included.

    `valid_until` None means for all donations from the first day on.
    """

    donor_ref: str
    valid_from: date
    valid_until: date | None
    title: str | None
    first_name: str
    last_name: str
    house: str
    postcode: str


def lock_receipts(connection: Connection) -> None:
    """Wait until this transaction is the only one that issues receipts."""
    connection.execute(select(func.pg_advisory_xact_lock(RECEIPTS_LOCK)))


def year_totals(connection: Connection, year: int, zone: ZoneInfo, *, is_livemode: bool) -> list[YearTotal]:
    """Return every donor's totals in a local year, in the order of the donors' first payments."""
    tables = {name: sql.Identifier(name) for name in ("charges", "contributions", "disputes")}
    payments = PAYMENTS.format(
        **tables,
        is_livemode=sql.Literal(is_livemode),
        zone=sql.Literal(zone.key),
        ledger_seq=sql.Literal(last_seq(connection)),
    )
    statement = _YEAR_TOTALS.format(
        payments=payments, from_on=sql.Literal(date(year, 1, 1)), to_on=sql.Literal(date(year, 12, 31))
    )
    return [
        YearTotal(year, donor_ref, currency, given_minor, refunded_minor, tuple(payment_ids), contribution_id)
        for donor_ref, currency, given_minor, refunded_minor, payment_ids, contribution_id in _rows(
            connection, statement
        )
    ]


def _rows(connection: Connection, statement: sql.Composed) -> list[tuple[Any, ...]]:
    """Return the rows of a statement that psycopg composes."""
    with cast("PsycopgConnection[Any]", connection.connection.driver_connection).cursor() as cursor:
        return list(cursor.execute(statement))


def current_receipts(connection: Connection, year: int) -> list[IssuedReceipt]:
    """Return the receipts of a year that no other receipt has replaced."""
    receipt = receipts.c
    is_current = (receipt.year == year) & receipt.replaced_by.is_(None)
    statement = select(receipts).where(is_current).order_by(receipt.number)
    return [
        IssuedReceipt(
            row.id,
            row.number,
            YearTotal(
                row.year,
                row.donor_ref,
                row.currency,
                row.total_given_minor,
                row.total_refunded_minor,
                tuple(row.payment_ids),
                row.contribution_id,
            ),
        )
        for row in connection.execute(statement)
    ]


def next_number(connection: Connection, year: int) -> int:
    """Return the number after the newest receipt of a year; the first number is 1."""
    newest = connection.execute(select(func.max(receipts.c.number)).where(receipts.c.year == year)).scalar_one()
    return (newest or 0) + 1


def add_receipt(connection: Connection, receipt: NewReceipt, now: datetime) -> None:
    """Save a receipt, and mark the receipts that it replaces."""
    if receipt.replaces:
        replaced = update(receipts).where(is_in(receipts.c.id, receipt.replaces))
        connection.execute(replaced.values(replaced_by=receipt.id))
    total = receipt.year_total
    connection.execute(
        insert(receipts).values(
            id=receipt.id,
            year=total.year,
            number=receipt.number,
            donor_ref=total.donor_ref,
            currency=total.currency,
            total_given_minor=total.total_given_minor,
            total_refunded_minor=total.total_refunded_minor,
            payment_ids=list(total.payment_ids),
            contribution_id=total.contribution_id,
            issued_at=now,
        )
    )


def add_declaration(connection: Connection, declaration: Declaration, now: datetime) -> str:
    """Save a Gift Aid declaration and return its id. It covers every donation of the donor whom it names."""
    declaration_id = new_id("gad")
    connection.execute(
        insert(gift_aid_declarations).values(
            id=declaration_id,
            donor_ref=donor_of(connection, declaration.donor_ref),
            valid_from=declaration.valid_from,
            valid_until=declaration.valid_until,
            declared_at=now,
            contributor_title=declaration.title,
            contributor_first_name=declaration.first_name,
            contributor_last_name=declaration.last_name,
            contributor_house=declaration.house,
            contributor_postcode=declaration.postcode,
        )
    )
    return declaration_id


def forget_declarer(connection: Connection, donor_refs: tuple[str, ...]) -> int:
    """Empty the personal columns of these donors' declarations, and return how many declarations there are."""
    names = ("title", "first_name", "last_name", "house", "postcode")
    emptied = update(gift_aid_declarations).where(gift_aid_declarations.c.donor_ref.in_(donor_refs))
    return connection.execute(emptied.values({f"contributor_{name}": None for name in names})).rowcount
