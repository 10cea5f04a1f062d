"""The form of an export: which files there are, in words, and the request that was typed."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from service.exports.request import ExportName, ExportRequest, Granularity, Layout, Profile
from service.exports.runs.preparing import request_of

NAMES: Final[Mapping[ExportName, str]] = {
    ExportName.CONTRIBUTIONS: "Contributions: a row for each payment",
    ExportName.REFUNDS: "Refunds",
    ExportName.DISPUTES: "Disputes",
    ExportName.DISPUTE_MOVEMENTS: "Movements of disputes, by accounting day",
    ExportName.FEES: "Fees, component by component",
    ExportName.PAYOUTS: "Payouts, to compare with the bank",
    ExportName.PAYOUT_LINES: "Lines of payouts",
    ExportName.JOURNAL: "Journal, also for accounting systems",
    ExportName.TRIAL_BALANCE: "Trial balance",
    ExportName.BALANCE_STATEMENT: "Statement of the Stripe balance",
    ExportName.OPEN_ITEMS: "Open items of every balance",
    ExportName.EXCEPTIONS: "Exceptions to decide before closing",
    ExportName.DEFERRED_INCOME: "Deferred income of yearly contributions",
    ExportName.SUBSCRIPTIONS: "Recurring contributions",
    ExportName.RECEIPTS: "Annual receipts",
    ExportName.GIFT_AID: "Gift Aid schedule",
}
LAYOUTS: Final[Mapping[Layout, str]] = {
    Layout.GENERIC: "our own columns",
    Layout.XERO: "Xero journal",
    Layout.XERO_BANK: "Xero bank statement",
    Layout.QUICKBOOKS: "QuickBooks",
    Layout.SAGE50: "Sage 50",
    Layout.DATEV: "DATEV",
    Layout.FEC: "FEC (France)",
}
GRANULARITIES: Final[Mapping[Granularity, str]] = {
    Granularity.TRANSACTION: "each transaction",
    Granularity.DAY: "each day",
    Granularity.PAYOUT: "each payout",
}
FORMATS: Final = (
    ("csv", "CSV"),
    ("xlsx", "spreadsheet (XLSX)"),
    ("excel", "CSV for Excel, decimal point"),
    ("decimal_comma", "CSV for Excel, decimal comma"),
)
# Files of a closed month that go into its folder.
MONTHLY: Final = (
    ExportName.CONTRIBUTIONS,
    ExportName.REFUNDS,
    ExportName.DISPUTE_MOVEMENTS,
    ExportName.FEES,
    ExportName.PAYOUTS,
    ExportName.PAYOUT_LINES,
    ExportName.JOURNAL,
    ExportName.TRIAL_BALANCE,
    ExportName.BALANCE_STATEMENT,
    ExportName.OPEN_ITEMS,
)


def typed_request(typed: Mapping[str, str]) -> tuple[ExportRequest | None, dict[str, str]]:
    """Return the request in the fields of the form, or None and a sentence for each field that is wrong."""
    errors: dict[str, str] = {}
    for name in ("from", "to"):
        if typed.get(name, "").strip() and not _is_day(typed[name]):
            errors[name] = f"“{typed[name][:40]}” is not a day. Write it like 2026-10-31."
    for name in ("as_of", "part", "batch"):
        text = typed.get(name, "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 16):
            errors[name] = f"“{text[:40]}” is not a number."
    if typed.get("name") not in set(ExportName):
        errors["name"] = "Choose one of the files."
    if errors:
        return None, errors
    chosen = typed.get("format", "csv")
    is_profile = chosen in {Profile.EXCEL, Profile.DECIMAL_COMMA}
    parameters: dict[str, str | int | bool | None] = {
        name: typed.get(name, "").strip() or None
        for name in ("from", "to", "as_of", "part", "batch", "granularity", "layout", "currency")
    }
    currency = parameters["currency"]
    parameters |= {
        "format": "xlsx" if chosen == "xlsx" else "csv",
        "profile": chosen if is_profile else None,
        "pii": typed.get("pii") == "1",
        "current": typed.get("current") == "1",
        "currency": str(currency).upper() if currency else None,
    }
    try:
        return request_of(typed["name"], parameters), {}
    except ValueError:
        return None, {"name": "Choose one of the files, layouts and granularities."}


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text.strip())
    except ValueError:
        return False
    return True
