"""payouts.csv: one row for each payout, with the sums of the charges, refunds, disputes and fees that it carried."""

from psycopg import sql

from service.exports.columns import code, day, instant, integer, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition

# A payout's own balance transaction is left out by its id, not by its category, because the return of an earlier
# payout is a regular line of a later one.
_ROWS = sql.SQL("""
SELECT p.id AS payout_id, p.status, p.arrival_on AS arrival_date, p.created_at, p.currency, p.amount_minor,
    l.gross_charges_minor, l.refunds_minor, l.disputes_minor, l.fees_minor, l.adjustments_minor,
    p.amount_minor - l.net_minor AS unexplained_minor, coalesce(l.line_count, 0) AS line_count,
    CASE
        WHEN t.payout_id IS NULL THEN 'open'
        WHEN p.status IN ('failed', 'canceled') AND t.status = 'matched' THEN 'reopened'
        ELSE t.status
    END AS recon_status,
    p.trace_id AS bank_reference, p.statement_descriptor, p.created_at AS sort_at, p.id AS sort_id
FROM {payouts} p
LEFT JOIN {payout_ties} t ON t.payout_id = p.id
LEFT JOIN LATERAL (
    SELECT count(*) AS line_count,
        coalesce(sum(b.amount_minor) FILTER (WHERE b.reporting_category IN ('charge', 'charge_failure')), 0)
            AS gross_charges_minor,
        coalesce(sum(b.amount_minor) FILTER (WHERE b.reporting_category IN ('refund', 'refund_failure')), 0)
            AS refunds_minor,
        coalesce(sum(b.amount_minor) FILTER (WHERE b.reporting_category IN ('dispute', 'dispute_reversal')), 0)
            AS disputes_minor,
        coalesce(sum(b.fee_minor), 0)
            - coalesce(sum(b.amount_minor) FILTER (WHERE b.reporting_category IN ('fee', 'network_cost', 'tax')), 0)
            AS fees_minor,
        coalesce(sum(b.amount_minor) FILTER (WHERE b.reporting_category NOT IN ('charge', 'charge_failure', 'refund',
            'refund_failure', 'dispute', 'dispute_reversal', 'fee', 'network_cost', 'tax')), 0) AS adjustments_minor,
        coalesce(sum(b.net_minor), 0) AS net_minor
    FROM {payout_members} m
    JOIN {balance_transactions} b ON b.id = m.balance_transaction_id AND b.currency = p.currency
    WHERE m.payout_id = p.id AND b.id IS DISTINCT FROM p.balance_transaction_id
    HAVING t.payout_id IS NOT NULL AND t.status <> 'manual'
) l ON true
WHERE p.is_livemode = {is_livemode} AND p.arrival_on BETWEEN {from_on} AND {to_on}
""")
PAYOUTS = FileDefinition(
    columns=(
        code("payout_id"),
        text("status"),
        day("arrival_date"),
        instant("created_at_utc"),
        code("currency"),
        *(
            money(name, is_summed=True)
            for name in ("amount", "gross_charges", "refunds", "disputes", "fees", "adjustments", "unexplained")
        ),
        integer("line_count"),
        code("recon_status"),
        text("bank_reference"),
        text("statement_descriptor"),
    ),
    signs="amount is what went to the bank (negative when Stripe debited it) = gross_charges + refunds + disputes "
    "- fees + adjustments + unexplained; refunds and disputes are negative when money left",
    dated_by="arrival_date",
    rows=_ROWS,
    order=BY_INSTANT,
)
