"""Books posted from facts, and their exports read back."""

import contextlib
import csv
import io
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert

from service.contributions.store import contributions
from service.exports.exporting import OPERATOR, Exports, open_export
from service.exports.layouts.mappings import apply_mapping
from service.exports.manifest import manifest_document
from service.exports.request import ExportName, ExportRequest, FileFormat
from service.ledger.accounts import ACCOUNT_NAMES
from service.ledger.payouts.tying import record_tie
from service.receipts.issuing import declare_gift_aid
from service.receipts.store import Declaration
from service.stripe_facts.record_store import StoredFact
from service.stripe_gateway.facts import BalanceTransaction, Payout
from tests.conftest import NOW
from tests.exports.xlsx import Cell, read_cells
from tests.ledger import make
from tests.ledger.world import Books

Row = dict[str, str]
FILE_NAMES = [name.value for name in ExportName]
XERO = "layout: xero\ntax: No VAT\naccounts:\n" + "".join(
    f'  "{account.value}": {{code: X{account.value}, tracking: {{Region: North}}}}\n' for account in ACCOUNT_NAMES
)
QUICKBOOKS = "layout: quickbooks\naccounts:\n" + "".join(
    f'  "{account.value}": {{name: "Stripe:{account.value}", class: Giving}}\n' for account in ACCOUNT_NAMES
)
SAGE50 = "layout: sage50\naccounts:\n" + "".join(
    f'  "{account.value}": {{code: "0{account.value}", department: 3}}\n' for account in ACCOUNT_NAMES
)


@dataclass
class Finance:
    """Record facts as they come from Stripe, and request files as finance does."""

    exports: Exports
    books: Books

    @property
    def engine(self) -> Engine:
        return self.exports.engine

    def record(self, *facts: StoredFact) -> None:
        self.books.record(*facts)

    def file(self, name: str, **wanted: Any) -> bytes:
        """Return the bytes of a file."""
        asked = request(name, **wanted)
        with contextlib.closing(open_export(self.exports, OPERATOR, asked, asked.file_format.value)) as stream:
            return b"".join(stream)

    def rows(self, name: str, **wanted: Any) -> list[Row]:
        """Return the rows of a file by column name, as a CSV reader finds them."""
        return list(csv.DictReader(io.StringIO(self.file(name, **wanted).decode("utf-8"), newline="")))

    def sheet(self, name: str, **wanted: Any) -> list[dict[str, Cell]]:
        """Return the rows of a spreadsheet by column name, as a reader of XLSX finds them."""
        header, *rows = read_cells(self.file(name, file_format=FileFormat.XLSX, **wanted))
        return [dict(zip((str(cell) for cell in header), row, strict=True)) for row in rows]

    def manifest(self, name: str, **wanted: Any) -> dict[str, Any]:
        with contextlib.closing(open_export(self.exports, OPERATOR, request(name, **wanted), "json")) as stream:
            return dict(manifest_document(stream.manifest()))

    def contribution(self, id_: str = "ctb_1", **values: Any) -> None:
        """Save the contribution that charges with its id belong to."""
        row: dict[str, Any] = {
            "id": id_,
            "site": "gazette",
            "interval": "one_off",
            "amount_minor": 1000,
            "currency": "EUR",
            "language": "en",
            "covers_fee": False,
            "is_anonymous": False,
            "is_counted": True,
            "attempt_key": id_,
            "is_open": False,
            "return_url": "https://gazette.example/",
            "created_at": NOW,
            "expires_at": NOW,
            "state": "complete",
            "changed_at": NOW,
            "paid_minor": 0,
            "refunded_minor": 0,
            "paid_count": 0,
        }
        with self.engine.begin() as connection:
            connection.execute(insert(contributions).values(row | values))


def request(name: str, **wanted: Any) -> ExportRequest:
    """Return a request; days may be given as text."""
    for key in ("from_on", "to_on"):
        if isinstance(wanted.get(key), str):
            wanted[key] = date.fromisoformat(wanted[key])
    return ExportRequest(ExportName(name), **wanted)


def total(rows: list[Row], column: str) -> Decimal:
    """Return the exact sum of a money column."""
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))


def pay(finance: Finance, number: int = 1, amount: int = 2500, fee: int = 61, hours: float = 0) -> None:
    """Record a contribution `ctb_<number>`, its charge and its balance transaction with a fee."""
    finance.contribution(f"ctb_{number}", amount_minor=amount)
    charge = make.charge(f"ch_{number}", amount, bt=f"txn_{number}")
    finance.record(make.transaction(f"txn_{number}", "charge", amount, f"ch_{number}", fee=fee, hours=hours), charge)


def pay_at(finance: Finance, number: int, at: datetime) -> None:
    """Record a charge with its balance transaction at an instant."""
    finance.record(
        replace(make.transaction(f"txn_{number}", "charge", 1000, f"ch_{number}", fee=30), created_at=at),
        replace(make.charge(f"ch_{number}", bt=f"txn_{number}"), created_at=at),
    )


def pay_out(finance: Finance, payout: Payout, *lines: BalanceTransaction, sent_at: datetime | None = None) -> None:
    """Record a payout, its own balance transaction, and the lines that Stripe lists for it; then tie it."""
    own = make.transaction(f"txn_{payout.id}", "payout", -payout.amount_minor, payout.id, hours=60)
    own = replace(own, created_at=sent_at or own.created_at)
    finance.record(*lines, own, payout)
    with finance.engine.begin() as connection:
        record_tie(connection, payout.id, (*lines, own), NOW)


def payout_lines() -> tuple[BalanceTransaction, ...]:
    """Return a line of every kind; their net is 13.17."""
    return (
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=30),
        make.transaction("txn_2", "charge", 2000, "ch_2", fee=50, hours=1),
        make.transaction("txn_3", "refund", -1000, "re_1", hours=2),
        make.transaction("txn_4", "dispute", -500, "dp_1", fee=100, hours=3),
        make.transaction("txn_5", "fee", -10, None, hours=4),
        make.transaction("txn_6", "other_adjustment", 7, None, hours=5),
    )


def story() -> list[StoredFact]:
    """Return the facts of a payment that is taken, refunded in part, disputed, lost, and paid out."""
    charge = make.charge("ch_2", 2000, bt="txn_20")
    dispute = make.dispute("dp_2", 1500, charge="ch_2", bts=("txn_22",))
    payout = make.payout("po_2", 450, bt="txn_po", status="pending", reconciliation="in_progress")
    return [
        make.charge("ch_2", 2000, status="pending"),
        make.transaction("txn_20", "charge", 2000, "ch_2", fee=50),
        charge,
        make.transaction("txn_21", "refund", -500, "re_2", hours=3),
        make.refund("re_2", 500, charge="ch_2", status="pending", bt="txn_21"),
        replace(charge, amount_refunded_minor=500),
        make.refund("re_2", 500, charge="ch_2", bt="txn_21"),
        make.transaction("txn_22", "dispute", -1500, "dp_2", fee=1500, hours=5),
        dispute,
        replace(dispute, status="lost"),
        payout,
        replace(payout, status="paid"),
    ]


def record_month(finance: Finance) -> None:
    """Record payments on two days: most are carried by a payout, and one is in another currency."""
    finance.record(make.charge("ch_1", bt="txn_1"), make.charge("ch_2", 2000, bt="txn_2"))
    pay_out(finance, make.payout("po_1", 1317, bt="txn_po_1", status="paid"), *payout_lines())
    pay(finance, 8, hours=24)
    finance.record(make.transaction("txn_9", "charge", 500, "ch_9", fee=9, currency="JPY"), make.charge("ch_9", 500))


def pay_pounds(finance: Finance, number: int = 1, amount: int = 1000, refunded: int = 0) -> None:
    """Record a contribution in pounds."""
    finance.contribution(f"ctb_{number}", currency="GBP")
    charge = make.charge(f"ch_{number}", amount, currency="GBP", refunded=refunded, bt=f"txn_{number}")
    mark = make.mark(contribution_id=f"ctb_{number}")
    finance.record(
        make.transaction(f"txn_{number}", "charge", amount, f"ch_{number}", fee=30, currency="GBP"),
        replace(charge, contribution=mark),
    )


def declare(finance: Finance, **values: Any) -> None:
    """Save a declaration of the donor of contribution ctb_1."""
    given: dict[str, Any] = {
        "donor_ref": "ctb_1",
        "valid_from": date(2026, 1, 1),
        "valid_until": None,
        "title": "Professor",
        "first_name": "Mary",
        "last_name": "Byrne-Walsh",
        "house": "12 High Street",
        "postcode": "bt71aa",
    }
    declare_gift_aid(finance.exports.engine, Declaration(**given | values), finance.exports.clock())


def in_currency(finance: Finance, home: str) -> Finance:
    """Return the same books for an organisation whose home currency is set."""
    settings = replace(finance.exports.settings, home_currency=home)
    return replace(finance, exports=replace(finance.exports, settings=settings))


def apply_accounts(finance: Finance, document: str) -> None:
    """Put an account mapping in force."""
    apply_mapping(finance.engine, document, "a test", NOW)


def account_movement(finance: Finance, code: str) -> Decimal:
    """Return the movement of an account in the journal, with a debit positive."""
    rows = [row for row in finance.rows("journal") if row["account_code"] == code]
    return total(rows, "debit") - total(rows, "credit")
