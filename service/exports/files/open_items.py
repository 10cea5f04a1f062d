"""open_items.csv: what the balances of the accounts that clear themselves consist of at the end of a day.

An item of the Stripe balance (1100) is a movement that no payout has taken out yet. An item of the other accounts is a
payout, dispute, payment or refund with what is left of it there. The items of an account add up to its balance.
"""

from collections.abc import Mapping

from psycopg import sql

from service.exports.columns import code, codes, day, integer, money, text
from service.exports.files.definition import FileDefinition
from service.exports.files.portion import Portion, PortionKey, key_literal
from service.exports.files.subjects import SUBJECT_ID, SUBJECT_OF_ITEM

_ACCOUNTS = "('1100', '1150', '1200', '1300', '2200', '2300')"
# The payout that carried the money of an entry `e`.
_CARRIED = """
LEFT JOIN {payout_members} m ON m.balance_transaction_id = e.balance_transaction_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN e.reason = 'payout' THEN e.source_id
    WHEN m.payout_id IS NOT NULL THEN m.payout_id
    WHEN e.source_type = 'payout' THEN e.source_id END AS payout_id) carried
"""
_ROWS = sql.SQL(f"""
{{chosen}}
SELECT i.account AS account_code, a.name AS account_name, i.currency, i.item_id, i.item_type, i.opened_on,
    (CASE WHEN {{to_on}} = 'infinity' THEN newest.accounting_date ELSE {{to_on}} END) - i.opened_on AS age_days,
    i.amount_minor, subject.payment_id, i.balance_transaction_id, i.payout_id
FROM (
    SELECT account, currency, item_key, min(subject_id) AS item_id, min(accounting_date) AS opened_on,
        (array_agg(source_type ORDER BY seq))[1] AS item_type, sum(amount_minor) AS amount_minor,
        max(payout_id) AS payout_id,
        CASE WHEN account = '1100' THEN min(balance_transaction_id) END AS balance_transaction_id
    FROM (
        SELECT x.*, sum(amount_minor) OVER (PARTITION BY account, currency, group_id) AS group_minor
        FROM (
            SELECT e.seq, e.accounting_date, e.source_type, e.balance_transaction_id, p.account, p.currency,
                p.amount_minor, named.subject_id,
                CASE WHEN p.account = '1100' THEN e.key ELSE named.subject_id END AS item_key,
                CASE WHEN p.account = '1100' THEN coalesce(carried.payout_id, e.key) ELSE named.subject_id END
                    AS group_id,
                CASE WHEN p.account = '1100' THEN carried.payout_id END AS payout_id
            FROM ledger_entries e
            JOIN ledger_postings p ON p.entry_seq = e.seq
            {_CARRIED}
            CROSS JOIN LATERAL (SELECT {SUBJECT_ID} AS subject_id) named
            WHERE p.account IN {_ACCOUNTS} AND e.seq <= {{ledger_seq}} AND e.accounting_date <= {{to_on}} {{is_chosen}}
        ) x
    ) y
    WHERE group_minor <> 0
    GROUP BY account, currency, item_key
    HAVING sum(amount_minor) <> 0
) i
JOIN ledger_accounts a ON a.code = i.account
CROSS JOIN (
    SELECT e.accounting_date FROM ledger_entries e
    WHERE e.seq <= {{ledger_seq}}
    AND EXISTS (SELECT FROM ledger_postings p WHERE p.entry_seq = e.seq AND p.account IN {_ACCOUNTS})
    ORDER BY e.accounting_date DESC LIMIT 1
) newest
{{item_subject}}
WHERE {{in_portion}}
""")  # noqa: S608 it holds constants only
# The file begins with the movements of the Stripe balance in its first currency, day by day, so a portion may end after
# any of these days.
_KEYS = sql.SQL("""
SELECT (SELECT min(currency) FROM ledger_day_totals) AS currency, '1100' AS account, accounting_date + 1 AS opened_on
FROM ledger_entries WHERE accounting_date <= {to_on}
""")
# The entries that are needed for the movements before a day: these, and all entries of the payouts that carried them.
_CHOSEN = sql.SQL(f"""
WITH started AS MATERIALIZED (
    SELECT e.seq, carried.payout_id FROM ledger_entries e {_CARRIED}
    WHERE e.seq <= {{ledger_seq}} AND e.accounting_date < {{ends_on}}
), carrying AS MATERIALIZED (
    SELECT DISTINCT payout_id FROM started WHERE payout_id IS NOT NULL
), chosen AS MATERIALIZED (
    SELECT seq FROM started
    UNION
    SELECT e.seq FROM carrying JOIN ledger_entries e ON e.source_id = carrying.payout_id
    UNION
    SELECT e.seq FROM carrying JOIN {{payout_members}} m ON m.payout_id = carrying.payout_id
    JOIN ledger_entries e ON e.balance_transaction_id = m.balance_transaction_id
)
""")  # noqa: S608 it holds constants only
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
    portion_key=PortionKey(
        ("i.currency", "i.account", "i.opened_on"), _KEYS, ("currency", "account", "opened_on"), most_rows=2
    ),
)


def item_names(names: Mapping[str, sql.Composable], portion: Portion) -> dict[str, sql.Composable]:
    """Return the names that join the subjects of items, and restrict the entries to those that a portion needs."""
    of_item: dict[str, sql.Composable] = {"item_subject": SUBJECT_OF_ITEM.format(**names)}
    if portion.to_key is None:
        return of_item | dict.fromkeys(("chosen", "is_chosen"), sql.SQL(""))
    *_, ends_on = portion.to_key
    return of_item | {
        "chosen": _CHOSEN.format(**names, ends_on=key_literal((ends_on,))),
        "is_chosen": sql.SQL("AND e.seq IN (SELECT seq FROM chosen)"),
    }
