"""balance_statement.csv: the Stripe balance month by month, from its opening to its closing balance by kind.

It holds what the ledger has posted on the Stripe balance, so the closing balance is that of account 1100. Fees are the
postings on fee accounts in the entries that moved the balance; what is left of such an entry is its gross amount.
"""

from psycopg import sql

from service.exports.columns import code, day, money
from service.exports.files.definition import FileDefinition
from service.exports.files.portion import FIRST_PORTIONS, PortionKey

# The months of each currency. The balances before and after a month are sums of whole days, less the entries that were
# posted after the point in the books.
_BALANCE_DAYS = """
WITH balance_days AS (
    SELECT accounting_date, currency, sum(debit_minor - credit_minor) AS net_minor
    FROM (
        SELECT accounting_date, currency, debit_minor, credit_minor FROM ledger_day_totals WHERE account = '1100'
        UNION ALL
        SELECT e.accounting_date, p.currency, -greatest(p.amount_minor, 0), -greatest(-p.amount_minor, 0)
        FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq
        WHERE p.entry_seq > {ledger_seq} AND p.account = '1100'
    ) t
    WHERE accounting_date <= {to_on}
    GROUP BY accounting_date, currency HAVING sum(debit_minor + credit_minor) > 0
)
"""
_MONTHS = """
FROM (
    SELECT k.currency, greatest(m.starts_on::date, {from_on}) AS first_day,
        least((m.starts_on + interval '1 month - 1 day')::date, {to_on}) AS last_day
    FROM (
        SELECT currency, greatest(min(accounting_date), {from_on}) AS from_on,
            CASE WHEN {to_on} = 'infinity' THEN max(accounting_date) ELSE {to_on} END AS to_on
        FROM balance_days GROUP BY currency
    ) k
    CROSS JOIN LATERAL generate_series(date_trunc('month', k.from_on), k.to_on, interval '1 month') m (starts_on)
) m
"""
# Only the entries of the file's days are read.
_ROWS = sql.SQL(f"""
{_BALANCE_DAYS}
SELECT to_char(m.first_day, 'YYYY-MM') AS month, m.first_day, m.last_day, m.currency, b.opening_minor, s.*,
    b.closing_minor
{_MONTHS}
CROSS JOIN LATERAL (
    SELECT coalesce(sum(net_minor) FILTER (WHERE accounting_date < m.first_day), 0) AS opening_minor,
        coalesce(sum(net_minor), 0) AS closing_minor
    FROM balance_days d WHERE d.currency = m.currency AND d.accounting_date <= m.last_day
) b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(gross_minor) FILTER (WHERE kind = 'charges'), 0) AS charges_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'refunds'), 0) AS refunds_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'disputes'), 0) AS disputes_minor,
        coalesce(sum(fee_minor), 0) AS fees_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'other'), 0) AS other_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'payouts'), 0) AS payouts_minor
    FROM (
        SELECT p.fee_minor, p.net_minor + p.fee_minor AS gross_minor, CASE
            WHEN e.reason LIKE 'charge%' THEN 'charges'
            WHEN e.reason LIKE 'refund%' THEN 'refunds'
            WHEN e.reason LIKE 'dispute%' THEN 'disputes'
            WHEN e.reason LIKE 'payout%' THEN 'payouts'
            ELSE 'other'
        END AS kind
        FROM ledger_entries e
        CROSS JOIN LATERAL (
            SELECT sum(amount_minor) FILTER (WHERE account = '1100' AND currency = m.currency) AS net_minor,
                coalesce(sum(amount_minor) FILTER (WHERE account IN ('5100', '5110', '5120', '5200')), 0) AS fee_minor
            FROM ledger_postings WHERE entry_seq = e.seq
        ) p
        WHERE e.seq <= {{ledger_seq}} AND e.accounting_date BETWEEN m.first_day AND m.last_day
        AND p.net_minor IS NOT NULL
    ) x
) s
WHERE {{in_portion}}
""")  # noqa: S608 it holds constants only
BALANCE_STATEMENT = FileDefinition(
    columns=(
        code("month"),
        day("first_day"),
        day("last_day"),
        code("currency"),
        money("opening"),
        *(money(name, is_summed=True) for name in ("charges", "refunds", "disputes", "fees", "other", "payouts")),
        money("closing"),
    ),
    signs="closing = opening + charges + refunds + disputes - fees + other + payouts; refunds, disputes and payouts "
    "are negative when money left the Stripe balance, fees are a cost",
    rows=_ROWS,
    order=sql.SQL("currency, first_day"),
    portion_key=PortionKey(
        ("m.currency", "m.first_day"),
        sql.SQL(f"{_BALANCE_DAYS} SELECT m.currency, m.first_day {_MONTHS}"),
        ("currency", "first_day"),
        weight=FIRST_PORTIONS[0],  # a month of many entries
    ),
)
