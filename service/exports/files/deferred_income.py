"""deferred_income.csv: each yearly payment spread over twelve months, for those who must defer a part of it.

The ledger books a payment as income when it succeeds. The twelve parts of a payment, less what was refunded or lost to
a dispute by the last day, begin with the month of its income and add up to it exactly.
"""

from psycopg import sql

from service.exports.columns import code, codes, day, integer, money, text
from service.exports.files.definition import FileDefinition

_ROWS = sql.SQL("""
SELECT x.payment_id, x.contribution_id, x.site, x.campaign, x.fund, x.accounting_date, x.currency, x.total_minor,
    to_char(date_trunc('month', x.accounting_date) + (n.part - 1) * interval '1 month', 'YYYY-MM') AS month, n.part,
    div(x.total_minor * n.part, 12) - div(x.total_minor * (n.part - 1), 12) AS amount_minor,
    x.total_minor - div(x.total_minor * n.part, 12) AS deferred_minor
FROM (
    SELECT subject.charge_id, subject.payment_id, subject.contribution_id, subject.site, subject.campaign, subject.fund,
        e.currency,
        min(e.accounting_date) FILTER (WHERE p.account = '4120') AS accounting_date, -sum(p.amount_minor) AS total_minor
    FROM ledger_entries e
    JOIN ledger_postings p ON p.entry_seq = e.seq AND p.account IN ('4120', '4200', '4300')
    {subject}
    WHERE e.seq <= {ledger_seq} AND e.accounting_date <= {to_on}
    GROUP BY 1, 2, 3, 4, 5, 6, 7
    HAVING bool_or(p.account = '4120') AND sum(p.amount_minor) <> 0
) x
CROSS JOIN generate_series(1, 12) n (part)
WHERE {is_in_days}
""")
DEFERRED_INCOME = FileDefinition(
    columns=(
        *codes("payment_id", "contribution_id", "site"),
        text("campaign"),
        day("accounting_date"),
        code("currency"),
        money("total"),
        code("month"),
        integer("part"),
        money("amount", is_summed=True),
        money("deferred"),
        text("fund"),
    ),
    signs="total is what is left of the payment; amount is the part of the month, deferred what later months have",
    rows=_ROWS,
    order=sql.SQL('accounting_date, payment_id COLLATE "C", part'),
)
