"""disputes.csv: one row for each inquiry or chargeback, with what it cost and what came back."""

from psycopg import sql

from service.exports.columns import code, codes, day, instant, money, text, texts
from service.exports.files.definition import BY_INSTANT, FileDefinition

_ROWS = sql.SQL("""
SELECT d.id AS dispute_id, coalesce(c.payment_intent_id, d.charge_id) AS payment_id,
    CASE WHEN d.status LIKE 'warning%' OR d.case_type = 'inquiry' THEN 'inquiry' ELSE 'chargeback' END AS kind,
    d.network_reason_code AS network_reason, d.reason, d.status, d.created_at AS opened_at,
    d.evidence_due_at AS evidence_due, t.seen_at AS closed_at, coalesce(b.currency, d.currency) AS currency,
    coalesce(b.withdrawn_minor, d.amount_minor) AS amount_minor, coalesce(b.fees_minor, 0) AS fees_minor,
    coalesce(b.returned_minor, 0) AS returned_minor,
    CASE WHEN d.status IN ('won', 'lost', 'prevented', 'warning_closed')
        THEN coalesce(b.returned_minor, 0) - coalesce(b.withdrawn_minor, 0) - coalesce(b.fees_minor, 0)
        END AS outcome_amount_minor,
    n.withdrawn_on, n.returned_on, n.closed_on, coalesce(c.site, k.site) AS site,
    coalesce(c.campaign, k.campaign) AS campaign,
    coalesce(c.fund, k.fund) AS fund,
    {donor_ref} AS donor_ref, b.payout_ids, d.created_at AS sort_at, d.id AS sort_id
FROM {disputes} d
LEFT JOIN {charges} c ON c.id = d.charge_id
LEFT JOIN {contributions} k ON k.id = c.contribution_id
LEFT JOIN LATERAL (
    SELECT min(accounting_date) FILTER (WHERE reason = 'dispute_withdrawn') AS withdrawn_on,
        max(accounting_date) FILTER (WHERE reason = 'dispute_returned') AS returned_on,
        max(accounting_date) FILTER (WHERE reason = 'dispute_closed') AS closed_on
    FROM ledger_entries WHERE source_id = d.id AND source_type = 'dispute' AND seq <= {ledger_seq}
) n ON true
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
DISPUTES = FileDefinition(
    columns=(
        *codes("dispute_id", "payment_id", "kind"),
        *texts("network_reason", "reason", "status"),
        instant("opened_at_utc"),
        instant("evidence_due_utc"),
        instant("closed_at_utc"),
        code("currency"),
        money("amount", is_summed=True),
        money("fees", is_summed=True),
        money("returned", is_summed=True),
        money("outcome_amount", is_summed=True),
        *codes("donor_ref", "payout_ids"),
        *(day(name) for name in ("withdrawn_on", "returned_on", "closed_on")),
        code("site"),
        text("campaign"),
        text("fund"),
    ),
    signs="amount is what was contested, fees what it cost, returned what came back, all positive; "
    "outcome_amount = returned - amount withdrawn - fees once the dispute is closed",
    dated_by="opened_at_utc",
    rows=_ROWS,
    order=BY_INSTANT,
)
