"""The lines of a journal with the organisation's own accounts, and every value that some layout shows."""

from collections.abc import Mapping
from typing import LiteralString

from psycopg import sql

from service.exports.layouts.account_mapping import AccountMapping, LineKind, MappedAccount
from service.exports.layouts.sage50 import DETAILS_LENGTH

_FIELDS: tuple[LiteralString, ...] = (
    "account",
    "currency",
    "site",
    "campaign",
    "fund",
    "code",
    "name",
    "tax",
    "department",
    "party",
    "location",
    "class",
    "tracking_name_1",
    "tracking_option_1",
    "tracking_name_2",
    "tracking_option_2",
)

_MAPPED = sql.SQL("""
SELECT j.*, m.code AS account_code, m.name AS account_name, m.tax, m.department, m.party, m.location, m.class,
    m.tracking_name_1, m.tracking_option_1, m.tracking_name_2, m.tracking_option_2,
    'Keepopen ' || j.journal_id AS narration,
    j.debit_minor - j.credit_minor AS amount_minor, j.debit_minor + j.credit_minor AS positive_minor, 0 AS tax_minor,
    nullif(j.debit_minor, 0) AS debit_only_minor, nullif(j.credit_minor, 0) AS credit_only_minor,
    CASE WHEN j.debit_minor > 0 THEN 'JD' ELSE 'JC' END AS type,
    CASE WHEN j.debit_minor > 0 THEN 'S' ELSE 'H' END AS side,
    {journal_code}::text AS journal_code, {journal_name}::text AS journal_name, {clearing}::text AS clearing,
    left(j.memo, {details}) AS details, split_part(j.journal_id, ':', 2) AS extra_ref, '1' AS exchange_rate,
    NULL::text AS blank
FROM ({lines}) j
JOIN (VALUES {accounts}) m ({fields}) ON m.account = j.account AND m.currency = j.mapped_currency
    AND m.site IS NOT DISTINCT FROM j.site AND m.campaign IS NOT DISTINCT FROM j.campaign
    AND m.fund IS NOT DISTINCT FROM j.fund
""")


def mapped_journal(
    lines: sql.Composable, mapping: AccountMapping, accounts: Mapping[LineKind, MappedAccount]
) -> sql.Composable:
    """Return the statement of the mapped journal, with the account of each kind of line. Every kind must be mapped."""
    rows = [_row(kind, account) for kind, account in accounts.items()]
    return _MAPPED.format(
        lines=lines,
        accounts=sql.SQL(", ").join(rows or [_row(LineKind("", ""), MappedAccount())]),
        fields=sql.SQL(", ").join(map(sql.Identifier, _FIELDS)),
        details=sql.Literal(DETAILS_LENGTH),
        journal_code=sql.Literal(mapping.journal_code),
        journal_name=sql.Literal(mapping.journal_name),
        clearing=sql.Literal(mapping.datev.clearing if mapping.datev else None),
    )


def _row(kind: LineKind, account: MappedAccount) -> sql.Composable:
    """Return the row of VALUES for a kind of line, in the order of `_FIELDS`; what is not given is NULL."""
    given = [
        kind.account,
        kind.currency,
        kind.site,
        kind.campaign,
        kind.fund,
        account.code,
        account.name,
        account.tax,
        account.department,
        account.party,
        account.location,
        account.account_class,
        *(word for category in account.tracking for word in category),
    ]
    cells = [*given, *[None] * (len(_FIELDS) - len(given))]
    return sql.SQL("({cells})").format(
        cells=sql.SQL(", ").join(sql.SQL("{cell}::text").format(cell=sql.Literal(cell)) for cell in cells)
    )
