"""What a closed period holds in a few figures, so that the person who closes it sees what was closed."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

_FIGURES = """
SELECT currency,
    coalesce(-sum(moved) FILTER (WHERE account IN ('4100', '4110', '4120')), 0) AS income_minor,
    coalesce(-sum(moved) FILTER (WHERE account IN ('4200', '4300')), 0) AS returned_minor,
    coalesce(-sum(moved) FILTER (WHERE account IN ('5100', '5110', '5120', '5200')), 0) AS fees_minor,
    coalesce(sum(held) FILTER (WHERE account = '1100'), 0) AS stripe_balance_minor
FROM (
    SELECT currency, account, sum(debit_minor - credit_minor) AS held,
        coalesce(sum(debit_minor - credit_minor) FILTER (WHERE accounting_date >= :first_day), 0) AS moved
    FROM ledger_day_totals WHERE accounting_date <= :last_day GROUP BY currency, account
) balances
GROUP BY currency ORDER BY currency
"""
_DAYS = """
SELECT min(accounting_date) AS first_day, count(*) FILTER (WHERE accounting_date >= :after) AS entry_count
FROM ledger_entries WHERE accounting_date <= :last_day
"""


@dataclass(frozen=True, slots=True)
class CurrencyFigures:
    """A currency of a closed period in minor units: returned and fees are negative, the Stripe balance is at its end.

    Income is contributions, returned is refunds and lost chargebacks.
    """

    currency: str
    income_minor: int
    returned_minor: int
    fees_minor: int
    stripe_balance_minor: int


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """A closed period: its first day, its number of entries, and its figures for each currency.

    `first_day` is None if the books have no entry in or before the period.
    """

    first_day: date | None
    entry_count: int
    currencies: tuple[CurrencyFigures, ...]


def period_figures(connection: Connection, open_since: date | None, last_day: date) -> PeriodFigures:
    """Return the figures of the days from `open_since`, or from the first entry if it is None, to `last_day`."""
    days = connection.execute(text(_DAYS), {"after": open_since or date.min, "last_day": last_day}).one()
    first_day = open_since or days.first_day
    rows = connection.execute(text(_FIGURES), {"first_day": first_day or last_day, "last_day": last_day})
    figures = tuple(CurrencyFigures(row.currency, *map(int, row[1:])) for row in rows)
    return PeriodFigures(first_day, days.entry_count, figures)
