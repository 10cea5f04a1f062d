"""exceptions.csv: everything that finance has to check before closing a period."""

from psycopg import sql

from service.exports.columns import code, instant, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition

_ROWS = sql.SQL("""
SELECT x.*, x.since AS sort_at, x.kind || ' ' || x.ids AS sort_id
FROM (
    SELECT CASE o.account WHEN '4900' THEN 'unmatched_bt' ELSE 'suspense' END AS kind, o.since,
        concat_ws(' ', nullif(o.subject_id, o.transaction_id), o.transaction_id) AS ids, -o.left_minor AS amount_minor,
        o.currency, CASE o.account
        WHEN '4900' THEN 'A receipt at Stripe that no contribution of this service explains: see `ledger reclassify`'
        ELSE 'A kind of movement that no posting rule knows: use `ledger reclassify` before closing' END AS hint
    FROM (
        SELECT subject_id, account, currency, sum(amount_minor) AS left_minor,
            (array_agg(effective_at ORDER BY seq))[1] AS since,
            (array_agg(balance_transaction_id ORDER BY seq))[1] AS transaction_id,
            sum(sum(amount_minor)) OVER (PARTITION BY account, currency) AS account_minor
        FROM ({open_postings}) p WHERE seq <= {ledger_seq} AND account IN ('4900', '9900')
        GROUP BY subject_id, account, currency
    ) o
    WHERE o.left_minor <> 0 AND (o.account = '4900' OR o.account_minor <> 0)
    UNION ALL
    SELECT 'unmatched_bt', b.created_at, concat_ws(' ', b.id, b.source_id), b.net_minor, b.currency,
        'A movement of the Stripe balance that is not posted: what it belongs to is not known yet'
    FROM {balance_transactions} b
    WHERE b.balance_type = 'payments' AND NOT EXISTS (
        SELECT FROM ledger_entries e WHERE e.balance_transaction_id = b.id AND e.seq <= {ledger_seq})
    UNION ALL
    SELECT 'mismatch_payout', p.created_at, p.id, -t.difference_minor, t.currency,
        'The payout differs from the sum of its transactions by this amount'
    FROM {payout_ties} t
    JOIN {payouts} p ON p.id = t.payout_id AND p.is_livemode = {is_livemode}
    WHERE t.status = 'mismatch'
    UNION ALL
    SELECT 'dead_event', v.received_at, concat_ws(' ', v.id, v.object_id), NULL, NULL,
        'An event ' || v.type || ' could not be applied; requeue it once the cause is gone'
    FROM stripe_events v
    WHERE v.status = 'dead'
    UNION ALL
    SELECT 'off_stripe_payment', coalesce(i.paid_at, i.created_at), concat_ws(' ', i.id, i.subscription_id),
        CASE WHEN i.amount_paid_off_stripe_minor > 0 THEN i.amount_paid_off_stripe_minor ELSE i.total_minor END,
        i.currency,
        CASE WHEN i.amount_paid_off_stripe_minor > 0
            THEN 'An invoice paid outside Stripe: book it from the bank with `ledger enter --about`'
            WHEN i.total_minor <= 0 THEN 'An invoice of nothing: no money moved'
            ELSE 'An invoice paid from a credit balance: no money moved' END
    FROM {invoices} i
    WHERE i.is_livemode = {is_livemode} AND i.status = 'paid'
    AND (i.amount_paid_off_stripe_minor > 0 OR i.total_minor <= 0 OR i.amount_paid_minor = 0)
    AND NOT EXISTS (
        SELECT FROM manual_entries n JOIN ledger_entries e ON e.source_id = n.id AND e.seq <= {ledger_seq}
        WHERE n.subject_id = i.id AND n.reverses IS NULL AND NOT EXISTS (
            SELECT FROM ledger_entries u WHERE u.key = 'man:' || n.id || ':reversed' AND u.seq <= {ledger_seq}))
    UNION ALL
    SELECT 'over_returned', c.created_at, concat_ws(' ', c.id, c.payment_intent_id),
        c.amount_captured_minor - b.returned_minor, c.currency,
        'More was refunded and disputed than was taken'
    FROM {charges} c
    JOIN (
        SELECT charge_id, sum(amount_minor) AS returned_minor
        FROM (
            SELECT charge_id, amount_minor FROM {refunds} r WHERE status = 'succeeded'
            UNION ALL
            SELECT charge_id, amount_minor FROM {disputes} d
            WHERE status NOT LIKE 'warning%' AND status NOT IN ('won', 'prevented')
        ) a GROUP BY charge_id
    ) b ON b.charge_id = c.id AND b.returned_minor > c.amount_captured_minor
    WHERE c.is_livemode = {is_livemode}
    UNION ALL
    SELECT 'no_bt_after_24h', c.created_at, concat_ws(' ', c.id, c.payment_intent_id), c.amount_captured_minor,
        c.currency, 'A charge that succeeded over a day ago and has not reached the balance'
    FROM {charges} c
    LEFT JOIN {balance_transactions} b ON b.id = c.balance_transaction_id
    WHERE c.is_livemode = {is_livemode} AND c.status = 'succeeded' AND c.amount_captured_minor > 0 AND b.id IS NULL
    AND c.created_at <= least({now}, {ends_at}) - interval '24 hours'
    UNION ALL
    SELECT 'failed_refund', coalesce(b.created_at, f.created_at), concat_ws(' ', f.id, f.charge_id),
        CASE WHEN o.currency = f.currency THEN least(f.owed_minor, o.left_minor) ELSE f.owed_minor END, f.currency,
        'A refund that failed and was not made again: the money is still owed to the contributor, see `ledger settle`'
    FROM (
        SELECT o.*, o.debt_minor - coalesce(lag(o.debt_minor) OVER later, 0) AS owed_minor
        FROM (
            SELECT s.*, greatest(max(s.unsettled_minor) OVER later, 0) AS debt_minor
            FROM (
                SELECT r.*, sum(CASE WHEN r.status = 'failed' THEN r.amount_minor ELSE -r.amount_minor END)
                    OVER (PARTITION BY r.charge_id ORDER BY r.created_at DESC, r.id COLLATE "C" DESC)
                    AS unsettled_minor
                FROM {refunds} r WHERE r.charge_id IS NOT NULL AND r.status <> 'canceled'
            ) s
            WINDOW later AS (PARTITION BY s.charge_id ORDER BY s.created_at DESC, s.id COLLATE "C" DESC)
        ) o
        WINDOW later AS (PARTITION BY o.charge_id ORDER BY o.created_at DESC, o.id COLLATE "C" DESC)
    ) f
    LEFT JOIN {charges} c ON c.id = f.charge_id
    LEFT JOIN {balance_transactions} b ON b.id = f.failure_balance_transaction_id
    LEFT JOIN (
        SELECT subject_id, currency, -sum(amount_minor) AS left_minor FROM ({open_postings}) p
        WHERE seq <= {ledger_seq} AND account = '2300' GROUP BY subject_id, currency
    ) o ON o.subject_id = f.id
    WHERE f.status = 'failed' AND f.owed_minor > 0 AND coalesce(o.left_minor, 1) <> 0
    AND coalesce(c.is_livemode, {is_livemode}) = {is_livemode}
    UNION ALL
    SELECT 'unknown_status', u.created_at, u.id, u.amount_minor, u.currency,
        u.kind || ' in the status ' || u.status || ', which this version does not know: look at it in Stripe'
    FROM (
        SELECT 'A dispute' AS kind, id, status, created_at, -amount_minor AS amount_minor, currency FROM {disputes} d
        WHERE is_livemode = {is_livemode} AND status NOT IN ('warning_needs_response', 'warning_under_review',
            'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented')
        UNION ALL
        SELECT 'A payout', id, status, created_at, -amount_minor, currency FROM {payouts} p
        WHERE is_livemode = {is_livemode}
        AND status NOT IN ('pending', 'in_transit', 'paid', 'failed', 'canceled')
        UNION ALL
        SELECT 'A charge', id, status, created_at, amount_minor, currency FROM {charges} c
        WHERE is_livemode = {is_livemode} AND status NOT IN ('pending', 'succeeded', 'failed')
        UNION ALL
        SELECT 'A refund', r.id, r.status, r.created_at, -r.amount_minor, r.currency FROM {refunds} r
        LEFT JOIN {charges} c ON c.id = r.charge_id
        WHERE coalesce(c.is_livemode, {is_livemode}) = {is_livemode}
        AND r.status NOT IN ('pending', 'requires_action', 'succeeded', 'failed', 'canceled')
    ) u
    UNION ALL
    SELECT 'unknown_status', b.created_at, concat_ws(' ', b.id, b.source_id), b.amount_minor, b.currency,
        'Money of a dispute or payout that Stripe has not described yet: whether it is over is unknown'
    FROM {balance_transactions} b
    LEFT JOIN {disputes} d ON d.id = b.source_id
    LEFT JOIN {payouts} p ON p.id = b.source_id
    WHERE b.reporting_category IN ('dispute', 'dispute_reversal', 'payout', 'payout_reversal')
    AND b.balance_type = 'payments' AND d.id IS NULL AND p.id IS NULL
) x
WHERE x.since >= {starts_at} AND x.since < {ends_at}
""")
EXCEPTIONS = FileDefinition(
    columns=(code("kind"), instant("since"), code("ids"), money("amount"), code("currency"), text("hint")),
    signs="amount is what the exception is about: positive into the Stripe balance",
    dated_by="since",
    rows=_ROWS,
    order=BY_INSTANT,
)
