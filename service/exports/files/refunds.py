"""refunds.csv: one row for each refund, with the share of the original payment that it returned."""

from psycopg import sql

from service.exports.columns import code, codes, day, instant, money, text, texts
from service.exports.files.definition import BY_INSTANT, FileDefinition
from service.exports.files.portion import PortionKey

_ROWS = sql.SQL("""
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
        coalesce(c.site, k.site) AS site, coalesce(c.campaign, k.campaign) AS campaign,
        coalesce(c.fund, k.fund) AS fund,
        r.failure_reason, r.destination_reference, b.id AS balance_transaction_id, m.payout_id
    FROM {refunds} r
    LEFT JOIN {charges} c ON c.id = r.charge_id
    LEFT JOIN {contributions} k ON k.id = c.contribution_id
    LEFT JOIN ledger_entries e ON e.source_id = r.id AND e.reason = 'refund' AND e.seq <= {ledger_seq}
        AND (r.balance_transaction_id IS NULL OR e.balance_transaction_id = r.balance_transaction_id)
    LEFT JOIN {balance_transactions} b ON b.id = coalesce(r.balance_transaction_id, e.balance_transaction_id)
    LEFT JOIN {payout_members} m ON m.balance_transaction_id = b.id
    WHERE coalesce(c.is_livemode, {is_livemode}) = {is_livemode} AND {in_portion}
) x
WHERE {is_in_days}
""")
REFUNDS = FileDefinition(
    columns=(
        *codes("refund_id", "payment_id"),
        *texts("status", "reason", "requested_by"),
        instant("created_at_utc"),
        day("accounting_date"),
        code("currency"),
        money("amount", is_summed=True),
        money("original_rate_amount", is_summed=True),
        money("fx_difference", is_summed=True),
        *texts("failure_reason", "destination_reference"),
        *codes("balance_transaction_id", "payout_id", "site"),
        text("campaign"),
        text("fund"),
    ),
    signs="amount is what was sent back, positive; fx_difference = amount - original_rate_amount",
    rows=_ROWS,
    order=BY_INSTANT,
    portion_key=PortionKey(
        ("r.created_at",), sql.SQL("SELECT created_at AS key FROM refunds WHERE created_at >= {starts_at}")
    ),
)
