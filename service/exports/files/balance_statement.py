"""balance_statement.csv: the Stripe balance month by month, from its opening to its closing balance by kind.

It holds what the ledger has posted on the Stripe balance, so the closing balance is that of account 1100. Fees are the
postings on fee accounts in the entries that moved the balance; what is left of such an entry is its gross amount.
"""

from psycopg import sql

from service.exports.columns import code, day, money
from service.exports.files.definition import FileDefinition

_ROWS = sql.SQL("""
WITH moved AS (
    SELECT e.accounting_date, p.currency, sum(p.amount_minor) AS net_minor, sum(coalesce(f.fee_minor, 0)) AS fee_minor,
        sum(p.amount_minor + coalesce(f.fee_minor, 0)) AS gross_minor, CASE
            WHEN e.reason LIKE 'charge%' THEN 'charges'
            WHEN e.reason LIKE 'refund%' THEN 'refunds'
            WHEN e.reason LIKE 'dispute%' THEN 'disputes'
            WHEN e.reason LIKE 'payout%' THEN 'payouts'
            ELSE 'other'
        END AS kind
    FROM ledger_entries e
    JOIN ledger_postings p ON p.entry_seq = e.seq AND p.account = '1100'
    LEFT JOIN (
        SELECT entry_seq, sum(amount_minor) AS fee_minor FROM ledger_postings
        WHERE account IN ('5100', '5110', '5120', '5200') GROUP BY entry_seq
    ) f ON f.entry_seq = e.seq
    WHERE e.seq <= {ledger_seq} AND e.accounting_date <= {to_on}
    GROUP BY e.accounting_date, p.currency, kind
), months AS (
    SELECT k.currency, greatest(m.starts_on::date, {from_on}) AS first_day,
        least((m.starts_on + interval '1 month - 1 day')::date, {to_on}) AS last_day
    FROM (
        SELECT currency, greatest(min(accounting_date), {from_on}) AS from_on,
            CASE WHEN {to_on} = 'infinity' THEN max(accounting_date) ELSE {to_on} END AS to_on
        FROM moved GROUP BY currency
    ) k
    CROSS JOIN LATERAL generate_series(date_trunc('month', k.from_on), k.to_on, interval '1 month') m (starts_on)
)
SELECT to_char(m.first_day, 'YYYY-MM') AS month, m.first_day, m.last_day, m.currency, s.*
FROM months m
CROSS JOIN LATERAL (
    SELECT coalesce(sum(net_minor) FILTER (WHERE accounting_date < m.first_day), 0) AS opening_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'charges' AND is_within), 0) AS charges_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'refunds' AND is_within), 0) AS refunds_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'disputes' AND is_within), 0) AS disputes_minor,
        coalesce(sum(fee_minor) FILTER (WHERE is_within), 0) AS fees_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'other' AND is_within), 0) AS other_minor,
        coalesce(sum(gross_minor) FILTER (WHERE kind = 'payouts' AND is_within), 0) AS payouts_minor,
        coalesce(sum(net_minor), 0) AS closing_minor
    FROM (SELECT *, accounting_date >= m.first_day AS is_within FROM moved) d
    WHERE d.currency = m.currency AND d.accounting_date <= m.last_day
) s
""")
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
)
