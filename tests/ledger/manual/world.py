"""Books with amounts that wait for a person, and the acts of a person on them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.ledger.manual import entering
from service.ledger.manual.clearing import Clearing, clear_items
from service.ledger.manual.entering import Draft, SavedEntry
from service.ledger.manual.entry import ManualKind
from service.ledger.manual.open_items_store import OpenItem, open_items
from service.ledger.manual.own_accounts import add_account
from tests.ledger import make
from tests.ledger.world import NOW, UTC_ZONE, Books

OTHER_RECEIPTS = "4950"
LIMITS = {"": 100, "JPY": 15_000}


@dataclass
class Desk:
    """A person at the books. `clear` and `enter` have defaults for everything that a test does not care about."""

    ledger: Books
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))

    @property
    def books(self) -> entering.Bookkeeping:
        return entering.Bookkeeping(self.ledger.engine, UTC_ZONE, NOW, self.limits)

    def clear(self, *ids: str, category: str | None = None, **wanted: Any) -> list[SavedEntry]:
        """Clear open items as Nora."""
        given = {"kind": ManualKind.RECLASSIFY, "to": OTHER_RECEIPTS, "by": "Nora", "why": "a goodwill credit"} | wanted
        return clear_items(self.books, Clearing(**given), ids, category)

    def enter(self, *lines: tuple[str, int], **wanted: Any) -> SavedEntry:
        """Post an entry of any lines as Nora."""
        given = {"kind": ManualKind.ENTER, "currency": "EUR", "by": "Nora", "why": "a rent of October"} | wanted
        return entering.enter(self.books, [Draft(lines=lines, **given)])[0]

    def approve(self, saved: SavedEntry, by: str = "Omar") -> SavedEntry:
        return entering.approve(self.books, [saved.manual.id], by)[0]

    def reverse(self, saved: SavedEntry, day: date | None = None) -> SavedEntry:
        return entering.reverse(self.books, saved.manual.id, "Nora", "it was wrong", day)

    def open(self) -> dict[str, int]:
        """Return what objects have left, in minor units by object."""
        return {item.subject_id: item.amount_minor for item in self.items()}

    def items(self) -> list[OpenItem]:
        with self.ledger.engine.connect() as connection:
            return open_items(connection)


def desk_with_open_items(ledger: Books) -> Desk:
    """Return books with a goodwill credit in suspense, a shop sale on 4900 and a failed refund on 2300."""
    add_account(ledger.engine, OTHER_RECEIPTS, "Other receipts")
    add_account(ledger.engine, "5900", "Other costs")
    ledger.record(
        make.transaction("txn_odd", "other_adjustment", 500, None),
        make.charge("ch_shop", 4000, interval=None, bt="txn_shop"),
        make.transaction("txn_shop", "charge", 4000, "ch_shop", fee=90, hours=1),
        make.charge("ch_1", refunded=1000, bt="txn_1"),
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, hours=2),
        make.refund("re_1", status="failed", bt="txn_r", failure_bt="txn_f"),
        make.transaction("txn_r", "refund", -1000, "re_1", hours=3),
        make.transaction("txn_f", "refund_failure", 1000, "re_1", hours=90),
    )
    return Desk(ledger)
