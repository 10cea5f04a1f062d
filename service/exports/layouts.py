"""How three accounting systems want a journal: their columns, and how many lines they take in one file.

Xero: one signed amount, at most 300 lines a file, rows with the same narration and date merge, the tax rate by its
display name (https://help.xero.com/nz/ManualJournalsImport); or the Stripe balance as a bank account, one line per
movement, at most 1,000 lines a file. QuickBooks Online: accounts by name, sub-accounts as Parent:Child, JournalNo
groups lines; Intuit's page names no limit, 1,000 lines is ours
(https://quickbooks.intuit.com/learn-support/en-au/help-article/import-export-files/import-journal-entries-quickbooks-online/L4tQBwbs7_AU_en_AU).
Sage 50: audit trail transactions, amounts positive, the side in the type.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from service.exports.columns import CellKind, Column
from service.exports.export import Layout

GIFT_AID_ROWS_PER_PART = 1000  # what HMRC's schedule holds


@dataclass(frozen=True, slots=True)
class LayoutDefinition:
    """Columns in the system's order. `is_one_currency`: the file cannot say which currency its amounts are in."""

    columns: tuple[Column, ...]
    max_lines: int | None
    is_one_currency: bool


def _text(name: str, source: str) -> Column:
    return Column(name, CellKind.TEXT, source)


def _money(name: str, source: str, *, is_summed: bool = False) -> Column:
    return Column(name, CellKind.MONEY, source, is_summed=is_summed)


XERO = LayoutDefinition(
    (
        _text("*Narration", "narration"),
        Column("*Date", CellKind.LONG_DAY, "accounting_date"),
        _text("Description", "memo"),
        _text("*AccountCode", "account_code"),
        _text("*TaxRate", "tax"),
        _money("*Amount", "amount_minor", is_summed=True),
        _text("TrackingName1", "tracking_name_1"),
        _text("TrackingOption1", "tracking_option_1"),
        _text("TrackingName2", "tracking_name_2"),
        _text("TrackingOption2", "tracking_option_2"),
    ),
    max_lines=300,
    is_one_currency=True,
)
QUICKBOOKS = LayoutDefinition(
    (
        _text("JournalNo", "number"),
        Column("JournalDate", CellKind.US_DAY, "accounting_date"),
        _text("AccountName", "account_name"),
        _money("Debits", "debit_only_minor", is_summed=True),
        _money("Credits", "credit_only_minor", is_summed=True),
        _text("Description", "memo"),
        _text("Name", "party"),
        Column("Currency", CellKind.CODE, "currency"),
        _text("Location", "location"),
        _text("Class", "class"),
    ),
    max_lines=1000,
    is_one_currency=False,
)
SAGE50 = LayoutDefinition(
    (
        Column("Type", CellKind.CODE, "type"),
        _text("Account Ref", "blank"),
        _text("Nominal A/C", "account_code"),
        _text("Dept", "department"),
        Column("Date", CellKind.LONG_DAY, "accounting_date"),
        _text("Reference", "number"),
        _text("Details", "details"),
        _money("Net", "positive_minor", is_summed=True),
        _text("Tax code", "tax"),
        _money("Tax", "tax_minor"),
        _text("Exchange rate", "exchange_rate"),
        _text("Extra ref", "extra_ref"),
        _text("User name", "blank"),
        _text("Project", "blank"),
        _text("Cost code", "blank"),
    ),
    max_lines=None,
    is_one_currency=True,
)
XERO_BANK = LayoutDefinition(
    (
        Column("*Date", CellKind.LONG_DAY, "accounting_date"),
        _money("*Amount", "amount_minor", is_summed=True),
        _text("Payee", "blank"),
        _text("Description", "memo"),
        _text("Reference", "reference"),
        _text("Cheque No.", "blank"),
    ),
    max_lines=1000,
    is_one_currency=True,
)
LAYOUTS: Mapping[Layout, LayoutDefinition] = {
    Layout.XERO: XERO,
    Layout.QUICKBOOKS: QUICKBOOKS,
    Layout.SAGE50: SAGE50,
    Layout.XERO_BANK: XERO_BANK,
}


@dataclass(frozen=True, slots=True)
class Part:
    """Journals from `first_seq` to `last_seq`, both included."""

    first_seq: int
    last_seq: int


def split_into_parts(journals: list[tuple[int, int]], max_lines: int | None) -> list[Part]:
    """Fill parts with whole journals, given as (seq, lines) in order. A journal longer than a part gets its own."""
    parts: list[Part] = []
    room = 0
    for seq, lines in journals:
        if parts and (max_lines is None or lines <= room):
            parts[-1] = Part(parts[-1].first_seq, seq)
        else:
            parts.append(Part(seq, seq))
            room = max_lines or 0
        room -= lines
    return parts
