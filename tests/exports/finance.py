"""Books kept from facts, and their exports read back: what export tests arrange and assert with."""

import contextlib
import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert

from service.contributions.store import contributions
from service.exports.export import ExportName, ExportRequest
from service.exports.exporting import OPERATOR, Asker, Exports, open_export
from service.exports.manifest import manifest_document
from service.stripe_facts.record_store import StoredFact
from tests.conftest import NOW
from tests.ledger.books import Books

Row = dict[str, str]


@dataclass
class Finance:
    """Record facts as Stripe would tell them; ask for files as finance would."""

    exports: Exports
    books: Books

    @property
    def engine(self) -> Engine:
        return self.exports.engine

    def record(self, *facts: StoredFact) -> None:
        self.books.record(*facts)

    def file(self, name: str, *, asker: Asker = OPERATOR, **wanted: Any) -> bytes:
        """The whole file."""
        with contextlib.closing(open_export(self.exports, asker, request(name, **wanted), "csv")) as stream:
            return b"".join(stream)

    def rows(self, name: str, **wanted: Any) -> list[Row]:
        """The file's rows by column name, read as any CSV reader would."""
        return list(csv.DictReader(io.StringIO(self.file(name, **wanted).decode("utf-8"), newline="")))

    def manifest(self, name: str, **wanted: Any) -> dict[str, Any]:
        with contextlib.closing(open_export(self.exports, OPERATOR, request(name, **wanted), "json")) as stream:
            return dict(manifest_document(stream.manifest()))

    def contribution(self, id_: str = "ctb_1", **values: Any) -> None:
        """A contribution behind the charges that carry its mark."""
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
    """An export request; days may be given as text."""
    for key in ("from_on", "to_on"):
        if isinstance(wanted.get(key), str):
            wanted[key] = date.fromisoformat(wanted[key])
    return ExportRequest(ExportName(name), **wanted)


def total(rows: list[Row], column: str) -> Decimal:
    """The exact sum of a money column."""
    return sum((Decimal(row[column]) for row in rows if row[column]), Decimal(0))
