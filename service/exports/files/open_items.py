"""open_items.csv: what the balances of the accounts that clear themselves consist of at the end of a day.

An item of the Stripe balance (1100) is a movement that no payout has taken out yet. An item of the other accounts is a
payout, dispute, payment or refund with what is left of it there. The items of an account add up to its balance.
"""

from psycopg import sql

from service.exports.columns import code, codes, day, integer, money, text
from service.exports.files.definition import FileDefinition

_ROWS = sql.SQL("""
SELECT i.account AS account_code, a.name AS account_name, i.currency, i.item_id, i.item_type, i.opened_on,
    (CASE WHEN {to_on} = 'infinity' THEN i.newest_on ELSE {to_on} END) - i.opened_on AS age_days, i.amount_minor,
    i.payment_id, i.balance_transaction_id, i.payout_id
FROM (
    SELECT account, currency, item_key, min(subject_id) AS item_id, min(accounting_date) AS opened_on,
        (array_agg(source_type ORDER BY seq))[1] AS item_type, sum(amount_minor) AS amount_minor,
        max(newest_on) AS newest_on, min(payment_id) AS payment_id, max(payout_id) AS payout_id,
        CASE WHEN account = '1100' THEN min(balance_transaction_id) END AS balance_transaction_id
    FROM (
        SELECT x.*, sum(amount_minor) OVER (PARTITION BY account, currency, group_id) AS group_minor,
            max(accounting_date) OVER () AS newest_on
        FROM (
            SELECT e.seq, e.accounting_date, e.source_type, e.balance_transaction_id, p.account, p.currency,
                p.amount_minor, subject.id AS subject_id, subject.payment_id,
                CASE WHEN p.account = '1100' THEN e.key ELSE subject.id END AS item_key,
                CASE WHEN p.account = '1100' THEN coalesce(carried.payout_id, e.key) ELSE subject.id END AS group_id,
                CASE WHEN p.account = '1100' THEN carried.payout_id END AS payout_id
            FROM ledger_entries e
            JOIN ledger_postings p ON p.entry_seq = e.seq
            LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
            CROSS JOIN LATERAL (SELECT CASE
                WHEN e.reason = 'payout' THEN e.source_id
                WHEN m.payout_id IS NOT NULL THEN m.payout_id
                WHEN e.source_type = 'payout' THEN e.source_id END AS payout_id) carried
            {subject}
            WHERE p.account IN ('1100', '1150', '1200', '1300', '2200', '2300') AND e.seq <= {ledger_seq}
            AND e.accounting_date <= {to_on}
        ) x
    ) y
    WHERE group_minor <> 0
    GROUP BY account, currency, item_key
    HAVING sum(amount_minor) <> 0
) i
JOIN ledger_accounts a ON a.code = i.account
""")
OPEN_ITEMS = FileDefinition(
    columns=(
        code("account_code"),
        text("account_name"),
        *codes("currency", "item_id", "item_type"),
        day("opened_on"),
        integer("age_days"),
        money("amount", is_summed=True),
        *codes("payment_id", "balance_transaction_id", "payout_id"),
    ),
    signs="amount is a debit if positive, a credit if negative; the amounts of an account add up to its balance",
    dated_by="accounting_date, everything up to the last day",
    rows=_ROWS,
    order=sql.SQL('currency, account_code, opened_on, item_id COLLATE "C", balance_transaction_id COLLATE "C"'),
)
