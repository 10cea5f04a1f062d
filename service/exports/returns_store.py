"""refunds.csv and disputes.csv: money that went back, or that a bank wants back."""

from psycopg import sql

REFUNDS = sql.SQL("""
SELECT x.*, x.created_at AS sort_at, x.refund_id AS sort_id,
    x.amount_minor - x.original_rate_amount_minor AS fx_difference_minor
FROM (
    SELECT r.id AS refund_id, coalesce(c.payment_intent_id, r.payment_intent_id, r.charge_id) AS payment_id, r.status,
        r.reason, r.requested_by, r.created_at,
        coalesce(e.accounting_date, (coalesce(b.created_at, r.created_at) AT TIME ZONE {zone})::date)
            AS accounting_date,
        coalesce(b.currency, r.currency) AS currency, coalesce(-b.amount_minor, r.amount_minor) AS amount_minor,
        CASE WHEN e.seq IS NOT NULL THEN (
            SELECT coalesce(sum(l.amount_minor), 0) FROM ledger_postings l
            WHERE l.entry_seq = e.seq AND l.account = '4200'
        ) END AS original_rate_amount_minor,
        r.failure_reason, r.destination_reference, b.id AS balance_transaction_id, m.payout_id
    FROM {refunds} r
    LEFT JOIN {charges} c ON c.id = r.charge_id
    LEFT JOIN ledger_entries e ON e.source_id = r.id AND e.reason = 'refund' AND e.seq <= {ledger_seq}
        AND (r.balance_transaction_id IS NULL OR e.balance_transaction_id = r.balance_transaction_id)
    LEFT JOIN {balance_transactions} b ON b.id = coalesce(r.balance_transaction_id, e.balance_transaction_id)
    LEFT JOIN {payout_members} m ON m.balance_transaction_id = b.id
    WHERE coalesce(c.is_livemode, {is_livemode}) = {is_livemode}
) x
WHERE {is_in_days}
""")

DISPUTES = sql.SQL("""
SELECT d.id AS dispute_id, coalesce(c.payment_intent_id, d.charge_id) AS payment_id,
    CASE WHEN d.status LIKE 'warning%' OR d.case_type = 'inquiry' THEN 'inquiry' ELSE 'chargeback' END AS kind,
    d.network_reason_code AS network_reason, d.reason, d.status, d.created_at AS opened_at,
    d.evidence_due_at AS evidence_due, t.seen_at AS closed_at, coalesce(b.currency, d.currency) AS currency,
    coalesce(b.withdrawn_minor, d.amount_minor) AS amount_minor, coalesce(b.fees_minor, 0) AS fees_minor,
    coalesce(b.returned_minor, 0) AS returned_minor,
    CASE WHEN d.status IN ('won', 'lost', 'prevented', 'warning_closed')
        THEN coalesce(b.returned_minor, 0) - coalesce(b.withdrawn_minor, 0) - coalesce(b.fees_minor, 0)
        END AS outcome_amount_minor,
    coalesce(c.customer_id, c.contribution_id) AS donor_ref, b.payout_ids, d.created_at AS sort_at, d.id AS sort_id
FROM {disputes} d
LEFT JOIN {charges} c ON c.id = d.charge_id
LEFT JOIN fact_transitions t ON t.object_id = d.id AND t.transition = d.status
LEFT JOIN (
    SELECT b.source_id, b.currency,
        -sum(b.amount_minor) FILTER (WHERE b.reporting_category = 'dispute') AS withdrawn_minor,
        sum(b.amount_minor) FILTER (WHERE b.reporting_category = 'dispute_reversal') AS returned_minor,
        sum(b.fee_minor) - coalesce(
            sum(b.amount_minor) FILTER (WHERE b.reporting_category NOT IN ('dispute', 'dispute_reversal')), 0
        ) AS fees_minor,
        string_agg(DISTINCT m.payout_id COLLATE "C", ' ' ORDER BY m.payout_id COLLATE "C") AS payout_ids
    FROM {disputes} d
    JOIN {balance_transactions} b ON b.source_id = d.id AND b.balance_type = 'payments'
    LEFT JOIN {payout_members} m ON m.balance_transaction_id = b.id
    GROUP BY b.source_id, b.currency
) b ON b.source_id = d.id
WHERE d.is_livemode = {is_livemode} AND d.created_at >= {starts_at} AND d.created_at < {ends_at}
""")
