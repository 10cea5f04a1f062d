"""fees.csv: every fee that Stripe took, component by component.

The file has one row for each component of a fee, one for the part of a fee that its components do not explain, and one
for each balance transaction that is a fee as a whole. It holds only what the ledger has posted, so its sum is the
movement of the fee accounts.
"""

from psycopg import sql

from service.exports.columns import code, codes, day, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition
from service.exports.files.portion import PortionKey

_ROWS = sql.SQL("""
SELECT x.*, x.created_at AS sort_at, x.balance_transaction_id || ' ' || to_char(x.line, 'FM000') AS sort_id,
    CASE
        WHEN x.type IN ('tax', 'withheld_tax') THEN 'tax'
        WHEN x.reporting_category IN ('dispute', 'dispute_reversal') OR x.source_id ~ '^d[pu]_' THEN 'dispute'
        WHEN x.reporting_category IN ('payout', 'payout_reversal') THEN 'payout'
        WHEN x.type = 'network_cost' OR x.description ILIKE '%network cost%' THEN 'network'
        WHEN x.description ILIKE '%radar%' THEN 'radar'
        WHEN x.description ILIKE '%billing%' THEN 'billing'
        WHEN x.reporting_category IN ('charge', 'charge_failure', 'refund', 'refund_failure') THEN 'processing'
        ELSE 'other'
    END AS category
FROM (
    SELECT b.id AS balance_transaction_id, b.source_id, b.reporting_category, b.created_at, b.currency, f.line, f.type,
        f.description, f.amount_minor, e.accounting_date, m.payout_id, subject.site, subject.campaign, subject.fund
    FROM {balance_transactions} b
    JOIN ledger_entries e ON e.balance_transaction_id = b.id AND e.seq <= {ledger_seq}
    CROSS JOIN LATERAL (
        SELECT line, type, description, amount_minor FROM balance_transaction_fees
        WHERE balance_transaction_id = b.id AND currency = b.currency
        UNION ALL
        SELECT 998, 'unexplained', 'Not explained by its components', b.fee_minor - coalesce(sum(amount_minor), 0)
        FROM balance_transaction_fees WHERE balance_transaction_id = b.id AND currency = b.currency
        UNION ALL
        SELECT 999, b.reporting_category, b.description, -b.amount_minor
        WHERE b.reporting_category IN ('fee', 'network_cost', 'tax')
    ) f
    LEFT JOIN {payout_members} m ON m.balance_transaction_id = b.id
    {subject}
    WHERE f.amount_minor <> 0 AND e.accounting_date BETWEEN {from_on} AND {to_on} AND {in_portion}
) x
""")
FEES = FileDefinition(
    columns=(
        *codes("balance_transaction_id", "source_id", "category"),
        text("description"),
        code("currency"),
        money("amount", is_summed=True),
        day("accounting_date"),
        code("payout_id"),
        code("site"),
        text("campaign"),
        text("fund"),
    ),
    signs="amount is a cost, positive; negative where a fee was given back",
    rows=_ROWS,
    order=BY_INSTANT,
    portion_key=PortionKey(
        ("b.created_at",),
        sql.SQL("SELECT created_at AS key FROM balance_transactions WHERE created_at >= {starts_at}"),
        most_rows=3,
    ),
)
