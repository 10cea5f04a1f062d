"""journal.csv and trial_balance.csv: the ledger's postings, one journal per entry, per day or per payout."""

from collections.abc import Mapping

from psycopg import sql

from service.exports.export import Granularity

Names = Mapping[str, sql.Composable]

# Every posting, with the payout that carried its money to the bank where one did.
_LINES = sql.SQL("""
SELECT e.seq, e.key, e.reason, e.source_type, e.source_id, e.accounting_date, e.effective_at, p.line, p.account,
    p.amount_minor, p.currency, CASE WHEN e.source_type = 'payout' THEN e.source_id ELSE m.payout_id END AS payout_id
FROM ledger_entries e
JOIN ledger_postings p ON p.entry_seq = e.seq
LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
WHERE e.seq <= {ledger_seq} AND e.accounting_date BETWEEN {from_on} AND {to_on}
""")
_PER_TRANSACTION = sql.SQL("""
SELECT seq, key AS journal_id, line, accounting_date, effective_at, account,
    greatest(amount_minor, 0) AS debit_minor, greatest(-amount_minor, 0) AS credit_minor, currency,
    reason || ' ' || source_id AS memo, source_type, source_id, payout_id
FROM ({lines}) posting
""")
# Debits and credits of an account stay apart, so that every granularity has the same totals of both.
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
_NAMED = sql.SQL("""
SELECT j.*, j.account AS account_code, a.name AS account_name
FROM ({lines}) j
JOIN ledger_accounts a ON a.code = j.account
""")
_DAY = sql.SQL("'day:' || to_char(accounting_date, 'YYYY-MM-DD')")
_PAYOUT = sql.SQL(
    "CASE WHEN payout_id IS NULL THEN 'unpaid:' || to_char(accounting_date, 'YYYY-MM-DD') "
    "ELSE 'payout:' || payout_id END"
)
# The sums of whole days, less what was posted after the books stood where they are asked for.
_TRIAL_BALANCE = sql.SQL("""
SELECT t.currency, t.account AS account_code, a.name AS account_name,
    coalesce(sum(t.debit_minor - t.credit_minor) FILTER (WHERE t.accounting_date < {from_on}), 0) AS opening_minor,
    coalesce(sum(t.debit_minor) FILTER (WHERE t.accounting_date >= {from_on}), 0) AS debits_minor,
    coalesce(sum(t.credit_minor) FILTER (WHERE t.accounting_date >= {from_on}), 0) AS credits_minor,
    sum(t.debit_minor - t.credit_minor) AS closing_minor
FROM (
    SELECT accounting_date, currency, account, debit_minor, credit_minor FROM ledger_day_totals
    UNION ALL
    SELECT e.accounting_date, p.currency, p.account, -greatest(p.amount_minor, 0), -greatest(-p.amount_minor, 0)
    FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq
    WHERE p.entry_seq > {ledger_seq}
) t
JOIN ledger_accounts a ON a.code = t.account
WHERE t.accounting_date <= {to_on}
GROUP BY t.currency, t.account, a.name
HAVING sum(t.debit_minor + t.credit_minor) > 0
""")


def journal_lines(granularity: Granularity, names: Names) -> sql.Composable:
    """One row per line of a journal, accounts by our own codes."""
    lines = _LINES.format(**names)
    match granularity:
        case Granularity.TRANSACTION:
            return _PER_TRANSACTION.format(lines=lines)
        case Granularity.DAY:
            return _SUMMED.format(lines=lines, journal=_DAY, payout=sql.SQL("NULL::text"))
        case Granularity.PAYOUT:
            return _SUMMED.format(lines=lines, journal=_PAYOUT, payout=sql.SQL("payout_id"))


def generic_journal(granularity: Granularity, names: Names) -> sql.Composable:
    """The journal with our own account codes and names."""
    return _NAMED.format(lines=journal_lines(granularity, names))


def trial_balance(names: Names) -> sql.Composable:
    """Per currency and account: what stood before the first day, what moved, what stands after the last."""
    return _TRIAL_BALANCE.format(**names)
