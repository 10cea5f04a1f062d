"""trial_balance.csv: the balance of each account before the days, its movements, and its balance after."""

from psycopg import sql

from service.exports.columns import codes, money, text
from service.exports.files.definition import FileDefinition

# The sums of whole days, less the entries that were posted after the requested point in the books.
_ROWS = sql.SQL("""
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
TRIAL_BALANCE = FileDefinition(
    columns=(
        *codes("currency", "account_code"),
        text("account_name"),
        money("opening", is_summed=True),
        money("debits", is_summed=True),
        money("credits", is_summed=True),
        money("closing", is_summed=True),
    ),
    signs="opening and closing are debit balances if positive, credit balances if negative; "
    "closing = opening + debits - credits",
    rows=_ROWS,
    order=sql.SQL("currency, account_code"),
)
