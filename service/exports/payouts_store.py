"""fees.csv, payouts.csv and payout_lines.csv: what Stripe keeps, and what it sends to the bank."""

from psycopg import sql

# Every component of a fee; what the components do not explain; and movements that are fees as a whole. Only what the
# ledger has posted, so that the sum is the movement of its fee accounts.
FEES = sql.SQL("""
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
        f.description, f.amount_minor, e.accounting_date, m.payout_id
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
    WHERE f.amount_minor <> 0 AND e.accounting_date BETWEEN {from_on} AND {to_on}
) x
""")

# A payout's own transaction is left out by its id, because an earlier payout's return may well be among its lines.
PAYOUTS = sql.SQL("""
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

PAYOUT_LINES = sql.SQL("""
SELECT x.*, sum(x.net_minor) OVER (PARTITION BY x.payout_id ORDER BY x.is_rest, x.created_at, x.line_id COLLATE "C")
    AS running_total_minor
FROM (
    SELECT p.id AS payout_id, p.created_at AS payout_created_at, b.id AS balance_transaction_id, b.id AS line_id,
        false AS is_rest, b.reporting_category, b.source_id,
        coalesce(c.payment_intent_id, c.id, r.payment_intent_id, r.charge_id, d.payment_intent_id, d.charge_id)
            AS payment_id,
        b.created_at, (b.available_at AT TIME ZONE 'UTC')::date AS available_on, b.currency,
        b.amount_minor AS gross_minor, b.fee_minor, b.net_minor
    FROM {payouts} p
    JOIN {payout_members} m ON m.payout_id = p.id
    JOIN {balance_transactions} b ON b.id = m.balance_transaction_id AND b.id IS DISTINCT FROM p.balance_transaction_id
    LEFT JOIN {refunds} r ON r.id = b.source_id
    LEFT JOIN {disputes} d ON d.id = b.source_id
    LEFT JOIN {charges} c ON c.id = coalesce(r.charge_id, d.charge_id, b.source_id)
    WHERE p.is_livemode = {is_livemode} AND p.arrival_on BETWEEN {from_on} AND {to_on}
    UNION ALL
    SELECT p.id, p.created_at, NULL, '', true, 'unexplained', p.id, NULL, p.created_at, NULL, p.currency,
        -t.difference_minor, 0, -t.difference_minor
    FROM {payouts} p
    JOIN {payout_ties} t ON t.payout_id = p.id AND t.status <> 'manual' AND t.difference_minor <> 0
    WHERE p.is_livemode = {is_livemode} AND p.arrival_on BETWEEN {from_on} AND {to_on}
) x
""")
