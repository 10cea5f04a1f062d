"""Open items: what the accounts that have to be emptied consist of, object by object.

An item is opened by an entry of a posting rule and cleared by entries of a person, or by a later posting rule, such as
a receipt that turns out to be a contribution.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, text

from service.ledger.accounts import OPEN_ITEM_ACCOUNTS, Account
from service.ledger.standing_rules.rule import RECEIPTS_NOT_OURS
from service.ledger.store import MANUAL_ENTRY

# Every posting on an account that has to be emptied, with the object that it is about.
OPEN_ITEM_POSTINGS = f"""
SELECT CASE WHEN e.source_type = '{MANUAL_ENTRY}' THEN m.subject_id ELSE e.source_id END AS subject_id, p.account,
    p.currency, p.amount_minor, e.seq, e.accounting_date, e.effective_at, e.source_type,
    e.balance_transaction_id
FROM ledger_postings p
JOIN ledger_entries e ON e.seq = p.entry_seq
LEFT JOIN manual_entries m ON m.id = e.source_id
WHERE p.account IN ('2300', '4900', '9900')
"""  # noqa: S608 it holds constants only
_ITEMS = f"""
SELECT subject_id, account, currency, sum(amount_minor) AS amount_minor,
    (array_agg(accounting_date ORDER BY seq))[1] AS opened_on,
    CASE WHEN account = '{Account.RECEIPTS_NOT_OURS}' THEN '{RECEIPTS_NOT_OURS}'
        ELSE (array_agg(source_type ORDER BY seq))[1] END AS category
FROM ({OPEN_ITEM_POSTINGS}) posting
GROUP BY subject_id, account, currency
HAVING sum(amount_minor) <> 0
ORDER BY account, min(seq)
"""  # noqa: S608 it holds constants only
_SUBJECTS = """
SELECT DISTINCT source_id FROM ledger_entries
WHERE source_type <> :manual AND (source_id = :wanted OR balance_transaction_id = :wanted OR key = :wanted
    OR seq::text = :wanted)
"""


ItemKey = tuple[str | None, str, str]  # the object, the account and the currency


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What an object has left on an account. `amount_minor` is positive for a debit; `opened_on` is its first day."""

    subject_id: str
    account: Account
    currency: str
    amount_minor: int
    opened_on: date
    category: str

    @property
    def key(self) -> ItemKey:
        return self.subject_id, self.account, self.currency


def open_items(connection: Connection, accounts: Collection[Account] = OPEN_ITEM_ACCOUNTS) -> list[OpenItem]:
    """Return the open items of these accounts, the oldest first on each account."""
    rows = connection.execute(text(_ITEMS))
    items = [
        OpenItem(row.subject_id, Account(row.account), row.currency, int(row.amount_minor), row.opened_on, row.category)
        for row in rows
    ]
    return [item for item in items if item.account in accounts]


def subjects_named(connection: Connection, wanted: str) -> list[str]:
    """Return the objects whose entries have this number, key, balance transaction or source."""
    return list(connection.execute(text(_SUBJECTS), {"wanted": wanted, "manual": MANUAL_ENTRY}).scalars())
