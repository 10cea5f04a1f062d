"""payout_lines.csv: the balance transactions that each payout carried, with a running total.

What the lines do not explain is a line of its own, so the last running total of a payout is its amount.
"""

from psycopg import sql

from service.exports.columns import code, codes, day, instant, money, text
from service.exports.files.definition import FileDefinition
from service.exports.files.portion import PortionKey

_ROWS = sql.SQL("""
SELECT x.*, sum(x.net_minor) OVER (PARTITION BY x.payout_id ORDER BY x.is_rest, x.created_at, x.line_id COLLATE "C")
    AS running_total_minor
FROM (
    SELECT p.id AS payout_id, p.created_at AS payout_created_at, b.id AS balance_transaction_id, b.id AS line_id,
        false AS is_rest, b.reporting_category, b.source_id,
        coalesce(c.payment_intent_id, c.id, r.payment_intent_id, r.charge_id, d.payment_intent_id, d.charge_id)
            AS payment_id,
        b.created_at, (b.available_at AT TIME ZONE 'UTC')::date AS available_on, b.currency,
        b.amount_minor AS gross_minor, b.fee_minor, b.net_minor,
        coalesce(c.site, k.site) AS site, coalesce(c.campaign, k.campaign) AS campaign,
        coalesce(c.fund, k.fund) AS fund
    FROM {payouts} p
    JOIN {payout_members} m ON m.payout_id = p.id
    JOIN {balance_transactions} b ON b.id = m.balance_transaction_id AND b.id IS DISTINCT FROM p.balance_transaction_id
    LEFT JOIN {refunds} r ON r.id = b.source_id
    LEFT JOIN {disputes} d ON d.id = b.source_id
    LEFT JOIN {charges} c ON c.id = coalesce(r.charge_id, d.charge_id, b.source_id)
    LEFT JOIN {contributions} k ON k.id = c.contribution_id
    WHERE p.is_livemode = {is_livemode} AND p.arrival_on BETWEEN {from_on} AND {to_on} AND {in_portion}
    UNION ALL
    SELECT p.id, p.created_at, NULL, '', true, 'unexplained', p.id, NULL, p.created_at, NULL, p.currency,
        -t.difference_minor, 0, -t.difference_minor, NULL, NULL, NULL
    FROM {payouts} p
    JOIN {payout_ties} t ON t.payout_id = p.id AND t.status <> 'manual' AND t.difference_minor <> 0
    WHERE p.is_livemode = {is_livemode} AND p.arrival_on BETWEEN {from_on} AND {to_on} AND {in_portion}
) x
""")
_KEYS = sql.SQL("""
SELECT p.created_at AS key FROM payouts p JOIN payout_members m ON m.payout_id = p.id
WHERE p.arrival_on BETWEEN {from_on} AND {to_on}
""")
PAYOUT_LINES = FileDefinition(
    columns=(
        *codes("payout_id", "balance_transaction_id", "reporting_category", "source_id", "payment_id"),
        instant("created_at_utc"),
        day("available_on"),
        code("currency"),
        money("gross", is_summed=True),
        money("fee", is_summed=True),
        money("net", is_summed=True),
        money("running_total"),
        code("site"),
        text("campaign"),
        text("fund"),
    ),
    signs="gross and net are positive when money came into the Stripe balance, negative when it left; fee is a cost; "
    "the last running_total of a payout is its amount",
    dated_by="the payout's arrival_date",
    rows=_ROWS,
    order=sql.SQL('payout_created_at, payout_id COLLATE "C", is_rest, created_at, line_id COLLATE "C"'),
    portion_key=PortionKey(("p.created_at",), _KEYS),
)
