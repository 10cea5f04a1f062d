"""A journal in an accounting system's own columns: with the organisation's own accounts, or as a bank's statement."""

from collections.abc import Iterable
from typing import LiteralString

from psycopg import sql

from service.exports.account_mapping import AccountMapping, MappedAccount
from service.ledger.accounts import Account

_FIELDS: tuple[LiteralString, ...] = (
    "account",
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
SAGE_REFERENCE_LENGTH = 30
SAGE_DETAILS_LENGTH = 60

_MAPPED = sql.SQL("""
SELECT j.*, m.code AS account_code, m.name AS account_name, m.tax, m.department, m.party, m.location, m.class,
    m.tracking_name_1, m.tracking_option_1, m.tracking_name_2, m.tracking_option_2,
    'Keepopen ' || j.journal_id AS narration, 'KO-' || j.seq AS number,
    j.debit_minor - j.credit_minor AS amount_minor, j.debit_minor + j.credit_minor AS positive_minor, 0 AS tax_minor,
    nullif(j.debit_minor, 0) AS debit_only_minor, nullif(j.credit_minor, 0) AS credit_only_minor,
    CASE WHEN j.debit_minor > 0 THEN 'JD' ELSE 'JC' END AS type,
    left(j.memo, {details}) AS details, left(j.journal_id, {reference}) AS extra_ref, '1' AS exchange_rate,
    NULL::text AS blank
FROM ({lines}) j
JOIN (VALUES {accounts}) m ({fields}) ON m.account = j.account
""")


_STATEMENT = sql.SQL("""
SELECT j.seq, j.line, j.accounting_date, j.debit_minor - j.credit_minor AS amount_minor, j.currency, j.memo,
    substr(j.journal_id, strpos(j.journal_id, ':') + 1) AS reference, NULL::text AS blank
FROM ({lines}) j
WHERE j.account = {account}
""")


def statement_of(lines: sql.Composable, account: Account) -> sql.Composable:
    """What a journal does to one account, as its bank would say it: money in is positive."""
    return _STATEMENT.format(lines=lines, account=sql.Literal(account.value))


def mapped_journal(lines: sql.Composable, mapping: AccountMapping) -> sql.Composable:
    """The lines of a journal with everything any layout needs. Every account of the lines must be mapped."""
    rows = [_row(code, account) for code, account in sorted(mapping.accounts.items())]
    return _MAPPED.format(
        lines=lines,
        accounts=sql.SQL(", ").join(rows),
        fields=sql.SQL(", ").join(map(sql.Identifier, _FIELDS)),
        details=sql.Literal(SAGE_DETAILS_LENGTH),
        reference=sql.Literal(SAGE_REFERENCE_LENGTH),
    )


def _row(code: str, account: MappedAccount) -> sql.Composable:
    tracking: Iterable[str | None] = [word for pair in account.tracking for word in pair]
    words = [
        code,
        account.code,
        account.name,
        account.tax,
        account.department,
        account.party,
        account.location,
        account.account_class,
        *tracking,
    ]
    words += [None] * (len(_FIELDS) - len(words))
    return sql.SQL("({words})").format(
        words=sql.SQL(", ").join(sql.SQL("{word}::text").format(word=sql.Literal(word)) for word in words)
    )
