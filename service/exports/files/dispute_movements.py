"""dispute_movements.csv: every entry about disputed money on its accounting date, so that months can be tied.

A dispute is withdrawn in one month and lost in another; disputes.csv has a row for the dispute, this file a row for
each of its entries. The sums are the movements of accounts 1300, 4300 and 5200.
"""

from psycopg import sql

from service.exports.columns import code, codes, day, instant, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition

_ROWS = sql.SQL("""
SELECT x.*, x.effective_at AS sort_at, x.key AS sort_id
FROM (
    SELECT e.key, e.effective_at, e.accounting_date, subject.id AS dispute_id, subject.payment_id, subject.site,
        subject.campaign, subject.fund, e.currency, e.balance_transaction_id, m.payout_id, CASE e.reason
            WHEN 'dispute_withdrawn' THEN 'withdrawn'
            WHEN 'dispute_returned' THEN 'returned'
            WHEN 'dispute_closed' THEN 'closed'
            WHEN 'fee' THEN 'fee'
            ELSE e.reason
        END AS movement,
        s.disputed_minor, s.lost_minor, s.fee_minor, s.net_minor
    FROM ledger_entries e
    JOIN (
        SELECT entry_seq,
            coalesce(sum(amount_minor) FILTER (WHERE account = '1300'), 0) AS disputed_minor,
            coalesce(sum(amount_minor) FILTER (WHERE account = '4300'), 0) AS lost_minor,
            coalesce(sum(amount_minor) FILTER (WHERE account = '5200'), 0) AS fee_minor,
            coalesce(sum(amount_minor) FILTER (WHERE account = '1100'), 0) AS net_minor
        FROM ledger_postings
        WHERE entry_seq IN (SELECT entry_seq FROM ledger_postings WHERE account IN ('1300', '4300', '5200'))
        GROUP BY entry_seq
    ) s ON s.entry_seq = e.seq
    LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
    {subject}
    WHERE e.seq <= {ledger_seq}
) x
WHERE {is_in_days}
""")
DISPUTE_MOVEMENTS = FileDefinition(
    columns=(
        *codes("dispute_id", "payment_id", "movement"),
        day("accounting_date"),
        instant("effective_at_utc"),
        code("currency"),
        *(money(name, is_summed=True) for name in ("disputed", "lost", "fee", "net")),
        *codes("balance_transaction_id", "payout_id", "site"),
        text("campaign"),
        text("fund"),
    ),
    signs="disputed is the movement of account 1300, positive while the issuer holds money; lost that of 4300 and fee "
    "that of 5200, positive for a cost; net is the movement of the Stripe balance, negative when money left",
    rows=_ROWS,
    order=BY_INSTANT,
)
