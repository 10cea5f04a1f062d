"""journal.csv: the postings of the ledger as journals, one for each entry, each day or each payout."""

from collections.abc import Mapping

from psycopg import sql

from service.exports.columns import code, codes, day, instant, integer, money, text
from service.exports.files.definition import FileDefinition
from service.exports.request import Granularity

# Every posting, with the payout that carried its money to the bank, if there is one.
_LINES = sql.SQL("""
SELECT e.seq, e.key, e.reason, e.source_type, e.source_id, e.accounting_date, e.effective_at, p.line, p.account,
    p.amount_minor, p.currency, CASE WHEN e.source_type = 'payout' THEN e.source_id ELSE m.payout_id END AS payout_id,
    n.why
FROM ledger_entries e
JOIN ledger_postings p ON p.entry_seq = e.seq
LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
LEFT JOIN manual_entries n ON n.id = e.source_id
WHERE e.seq <= {ledger_seq} AND e.accounting_date BETWEEN {from_on} AND {to_on}
""")
_PER_TRANSACTION = sql.SQL("""
SELECT seq, key AS journal_id, line, accounting_date, effective_at, account,
    greatest(amount_minor, 0) AS debit_minor, greatest(-amount_minor, 0) AS credit_minor, currency,
    reason || ' ' || source_id || coalesce(': ' || why, '') AS memo, source_type, source_id, payout_id
FROM ({lines}) posting
""")
# Debits and credits of an account are summed apart, so that both totals are equal in every granularity.
_SUMMED = sql.SQL("""
SELECT max(seq) OVER journal AS seq, journal_id, row_number() OVER (journal ORDER BY account, is_credit) AS line,
    max(accounting_date) OVER journal AS accounting_date, max(effective_at) OVER journal AS effective_at, account,
    CASE WHEN is_credit THEN 0 ELSE total_minor END AS debit_minor,
    CASE WHEN is_credit THEN -total_minor ELSE 0 END AS credit_minor, currency,
    split_part(journal_id, ':', 1) || ' ' || split_part(journal_id, ':', 2) AS memo,
    split_part(journal_id, ':', 1) AS source_type, split_part(journal_id, ':', 2) AS source_id, payout_id
FROM (
    SELECT {journal} || ':' || currency AS journal_id, {payout} AS payout_id, account, amount_minor < 0 AS is_credit,
        currency, sum(amount_minor) AS total_minor, max(seq) AS seq, max(accounting_date) AS accounting_date,
        max(effective_at) AS effective_at
    FROM ({lines}) posting
    GROUP BY 1, 2, account, amount_minor < 0, currency
) summed
WINDOW journal AS (PARTITION BY journal_id)
""")
_DAY = sql.SQL("'day:' || to_char(accounting_date, 'YYYY-MM-DD')")
_PAYOUT = sql.SQL(
    "CASE WHEN payout_id IS NULL THEN 'unpaid:' || to_char(accounting_date, 'YYYY-MM-DD') "
    "ELSE 'payout:' || payout_id END"
)
_ROWS = sql.SQL("""
SELECT j.*, j.account AS account_code, a.name AS account_name
FROM ({lines}) j
JOIN ledger_accounts a ON a.code = j.account
""")
JOURNAL = FileDefinition(
    columns=(
        integer("seq"),
        code("journal_id"),
        integer("line"),
        day("accounting_date"),
        instant("effective_at_utc"),
        code("account_code"),
        text("account_name"),
        money("debit", is_summed=True),
        money("credit", is_summed=True),
        code("currency"),
        text("memo"),
        *codes("source_type", "source_id", "payout_id"),
    ),
    signs="debit and credit are never negative; one of the two is zero",
    rows=_ROWS,
    order=sql.SQL("seq, line"),
)


def journal_lines(granularity: Granularity, names: Mapping[str, sql.Composable]) -> sql.Composable:
    """Return the statement of the journal's lines with our own account codes. `names` come from `query_names`."""
    lines = _LINES.format(**names)
    match granularity:
        case Granularity.TRANSACTION:
            return _PER_TRANSACTION.format(lines=lines)
        case Granularity.DAY:
            return _SUMMED.format(lines=lines, journal=_DAY, payout=sql.SQL("NULL::text"))
        case Granularity.PAYOUT:
            return _SUMMED.format(lines=lines, journal=_PAYOUT, payout=sql.SQL("payout_id"))
