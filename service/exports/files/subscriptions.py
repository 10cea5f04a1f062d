"""subscriptions.csv: the recurring contributions that ran at any time within the days."""

from psycopg import sql

from service.exports.columns import code, codes, instant, integer, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition
from service.exports.files.portion import PortionKey

_ROWS = sql.SQL("""
SELECT s.contribution_id, s.status, s.site, s.campaign, s.fund, s.price_interval AS interval,
    s.price_interval_count AS interval_count, s.amount_minor, s.currency, s.created_at AS started,
    s.current_period_ends_at AS current_period_end, i.next_payment_attempt_at AS next_attempt,
    coalesce(s.cancel_at, CASE WHEN s.is_cancel_at_period_end THEN s.current_period_ends_at END) AS cancel_at,
    concat_ws(', ', s.cancellation_reason, s.cancellation_feedback) AS cancel_reason,
    coalesce(c.paid_minor, 0) AS lifetime_paid_minor, s.created_at AS sort_at, s.id AS sort_id
FROM {subscriptions} s
LEFT JOIN {invoices} i ON i.id = s.latest_invoice_id AND i.status = 'open'
LEFT JOIN (
    SELECT contribution_id, currency, sum(amount_captured_minor) AS paid_minor FROM {charges} c
    WHERE status = 'succeeded' AND is_livemode = {is_livemode}
    AND contribution_id IN (SELECT s.contribution_id FROM {subscriptions} s WHERE {in_portion})
    GROUP BY contribution_id, currency
) c ON c.contribution_id = s.contribution_id AND c.currency = s.currency
WHERE s.contribution_id IS NOT NULL AND s.created_at < {ends_at} AND coalesce(s.ended_at, 'infinity') >= {starts_at}
AND {in_portion}
""")
SUBSCRIPTIONS = FileDefinition(
    columns=(
        *codes("contribution_id", "status", "interval"),
        money("amount", is_summed=True),
        code("currency"),
        *(instant(name) for name in ("started", "current_period_end", "next_attempt", "cancel_at")),
        text("cancel_reason"),
        money("lifetime_paid", is_summed=True),
        integer("interval_count"),
        code("site"),
        text("campaign"),
        text("fund"),
    ),
    signs="amount is taken once per interval_count intervals; lifetime_paid is what was taken so far, before refunds",
    dated_by="the time from started to its end, where it touches the days",
    rows=_ROWS,
    order=BY_INSTANT,
    portion_key=PortionKey(("s.created_at",), sql.SQL("SELECT created_at AS key FROM subscriptions")),
)
