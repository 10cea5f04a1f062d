"""Translate a journal into the organisation's home currency at the rates that its mapping states.

Each amount is translated and rounded by itself. The sum of the rounded amounts of a journal may not be zero; a line on
account 5300 then makes the journal balance.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from psycopg import sql

from service.ledger.accounts import Account
from service.money import exponent


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of the home currency one unit of another currency is worth, and who says so."""

    rate: Decimal
    source: str


_TRANSLATED = sql.SQL("""
WITH translated AS (
    SELECT j.seq, j.journal_id, j.line, j.accounting_date, j.account, round(j.debit_minor * r.factor)::bigint
        AS debit_minor, round(j.credit_minor * r.factor)::bigint AS credit_minor, {home} AS currency,
        j.currency AS mapped_currency, r.words || j.memo AS memo, j.number, j.site, j.campaign, j.fund
    FROM ({lines}) j
    JOIN (VALUES {rates}) r (currency, factor, words) ON r.currency = j.currency
)
SELECT seq, journal_id, line, accounting_date, account, debit_minor, credit_minor, currency,
    currency AS mapped_currency, memo, number, site, campaign, fund
FROM ({lines}) j
WHERE NOT j.currency = ANY({foreign})
UNION ALL
SELECT * FROM translated
UNION ALL
SELECT seq, journal_id, max(line) + 1, accounting_date, {differences}, greatest(sum(credit_minor - debit_minor), 0),
    greatest(sum(debit_minor - credit_minor), 0), currency, mapped_currency, 'Rounding of the translation from '
    || mapped_currency, number, NULL, NULL, NULL
FROM translated
GROUP BY seq, journal_id, accounting_date, currency, mapped_currency, number
HAVING sum(debit_minor) <> sum(credit_minor)
""")
_AS_IT_IS = sql.SQL("SELECT j.*, j.currency AS mapped_currency FROM ({lines}) j")


def translated(lines: sql.Composable, home: str | None, rates: Mapping[str, Rate]) -> sql.Composable:
    """Return the statement of a journal's lines with every amount whose currency has a rate in the home currency.

    `mapped_currency` is the currency before. Without a home currency or rates, no amount changes.
    """
    foreign = {currency: rate for currency, rate in rates.items() if currency != home}
    if home is None or not foreign:
        return _AS_IT_IS.format(lines=lines)
    rows = [
        sql.SQL("({currency}::text, {factor}::numeric, {words}::text)").format(
            currency=sql.Literal(currency),
            factor=sql.Literal(str(rate.rate.scaleb(exponent(home) - exponent(currency)))),
            words=sql.Literal(f"{currency} at {rate.rate} ({rate.source}): "),
        )
        for currency, rate in sorted(foreign.items())
    ]
    return _TRANSLATED.format(
        lines=lines,
        home=sql.SQL("{home}::text").format(home=sql.Literal(home)),
        rates=sql.SQL(", ").join(rows),
        foreign=sql.Literal(sorted(foreign)),
        differences=sql.Literal(Account.FX_DIFFERENCES.value),
    )
