"""A second source for payouts: Stripe's payout reconciliation report as a CSV file, line by line against what was tied.

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
    """A file that is not such a report."""

    code = "invalid_report"


@dataclass(frozen=True, slots=True)
class PayoutComparison:
    """One payout of the report. `differences` name each line that the report and we do not have alike."""

    payout_id: str
    line_count: int
    differences: tuple[str, ...]


def read_report(text: Iterable[str]) -> dict[str, Lines]:
    """The report's lines by payout; raises InvalidReportError naming the line that cannot be read."""
    rows = csv.DictReader(text)
    missing = [name for name in REPORT_COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise InvalidReportError(f"the report has no column {', '.join(missing)}")
    found: defaultdict[str, dict[str, Money]] = defaultdict(dict)
    for row in rows:
        payout_id, transaction_id, currency, net = (row[name] or "" for name in REPORT_COLUMNS)
        if not payout_id or not transaction_id:
            raise InvalidReportError(f"line {rows.line_num} names no payout or no balance transaction")
        found[payout_id][transaction_id] = _net(net, currency.upper(), rows.line_num)
    return dict(found)


def compare_payout(payout_id: str, report: Lines, kept: Lines) -> PayoutComparison:
    """Both sources for one payout. Lines of the report that are the payout's own movement must be left out before."""
    differences = []
    for id_ in sorted(report.keys() | kept.keys()):
        if id_ not in kept:
            differences.append(f"{id_} {_text(report[id_])} only in the report")
        elif id_ not in report:
            differences.append(f"{id_} {_text(kept[id_])} only here")
        elif report[id_] != kept[id_]:
            differences.append(f"{id_} {_text(report[id_])} in the report, {_text(kept[id_])} here")
    return PayoutComparison(payout_id, len(report), tuple(differences))


def comparison_line(comparison: PayoutComparison) -> str:
    """One payout in words: how many lines agree, or the first few that do not."""
    found = comparison.differences
    if not found:
        return f"{comparison.payout_id}: {comparison.line_count} lines are the same"
    named = "; ".join(found[:MAX_NAMED]) + (" ..." if len(found) > MAX_NAMED else "")
    return f"{comparison.payout_id}: {len(found)} lines differ: {named}"


def _net(text: str, currency: str, line_number: int) -> Money:
    """An exact signed amount in major units; anything else is refused."""
    try:
        minor = Decimal(text).scaleb(exponent(currency))
        if minor != int(minor):
            raise ValueError(text)
        return Money(int(minor), currency)
    except (ArithmeticError, ValueError, InvalidAmountError) as error:
        raise InvalidReportError(f"line {line_number} has no amount in a currency") from error


def _text(net: Money) -> str:
    return f"{major_text(net.amount_minor, net.currency)} {net.currency}"
