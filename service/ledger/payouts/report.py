"""Compare payouts line by line with Stripe's payout reconciliation report, a CSV file.

The itemized reports (`payout_reconciliation.itemized.4`, `payout_reconciliation.by_id.itemized.4`) give amounts in
major units. https://docs.stripe.com/reports/payout-reconciliation
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from service.errors import DomainError, InvalidAmountError
from service.money import Money, exponent, major_text

REPORT_COLUMNS = ("automatic_payout_id", "balance_transaction_id", "currency", "net")
MAX_NAMED = 5

Lines = Mapping[str, Money]  # the net of each balance transaction


class InvalidReportError(DomainError):
    """The file is not a payout reconciliation report, or a line of it cannot be read."""

    code = "invalid_report"


@dataclass(frozen=True, slots=True)
class PayoutComparison:
    """A payout of the report. `differences` has a text for each line that is missing or different on one side."""

    payout_id: str
    line_count: int
    differences: tuple[str, ...]


def read_report(text: Iterable[str]) -> dict[str, Lines]:
    """Return the lines of a report by payout. Raise InvalidReportError with the line that cannot be read."""
    rows = csv.DictReader(text)
    missing = [name for name in REPORT_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise InvalidReportError(f"the report has no column {', '.join(missing)}")
    payouts: defaultdict[str, dict[str, Money]] = defaultdict(dict)
    for row in rows:
        payout_id, transaction_id, currency, net = (row[name] or "" for name in REPORT_COLUMNS)
        if not payout_id or not transaction_id:
            raise InvalidReportError(f"line {rows.line_num} names no payout or no balance transaction")
        payouts[payout_id][transaction_id] = _net(net, currency.upper(), rows.line_num)
    return dict(payouts)


def compare_payout(payout_id: str, report: Lines, ours: Lines) -> PayoutComparison:
    """Compare the lines of a payout in the report with ours. Neither may include the payout's own transaction."""
    differences = []
    for id_ in sorted(report.keys() | ours.keys()):
        if id_ not in ours:
            differences.append(f"{id_} {_text(report[id_])} only in the report")
        elif id_ not in report:
            differences.append(f"{id_} {_text(ours[id_])} only here")
        elif report[id_] != ours[id_]:
            differences.append(f"{id_} {_text(report[id_])} in the report, {_text(ours[id_])} here")
    return PayoutComparison(payout_id, len(report), tuple(differences))


def comparison_line(comparison: PayoutComparison) -> str:
    """Return a sentence on a payout: how many lines are equal, or the first few differences."""
    differences = comparison.differences
    if not differences:
        return f"{comparison.payout_id}: {comparison.line_count} lines are the same"
    named = "; ".join(differences[:MAX_NAMED]) + (" ..." if len(differences) > MAX_NAMED else "")
    return f"{comparison.payout_id}: {len(differences)} lines differ: {named}"


def _net(text: str, currency: str, line_number: int) -> Money:
    """Return the money of an exact signed amount in major units. Raise InvalidReportError for any other text."""
    try:
        minor = Decimal(text).scaleb(exponent(currency))
        if minor != int(minor):
            raise ValueError(text)
        return Money(int(minor), currency)
    except (ArithmeticError, ValueError, InvalidAmountError) as error:
        raise InvalidReportError(f"line {line_number} has no exact amount in a known currency") from error


def _text(net: Money) -> str:
    return f"{major_text(net.amount_minor, net.currency)} {net.currency}"
