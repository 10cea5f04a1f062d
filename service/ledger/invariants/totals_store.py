"""Compare the sums that the database keeps, by day and by site, with the postings that they add up."""

from sqlalchemy import Connection, func, select, text

from service.ledger.store import ledger_day_totals, ledger_postings

_POSTING = ledger_postings.c
_SITES = """
WITH posted AS (
    SELECT c.site, e.accounting_date, p.currency, p.account, sum(p.amount_minor) AS minor
    FROM ledger_entries e JOIN ledger_postings p ON p.entry_seq = e.seq
    LEFT JOIN refunds r ON r.id = e.source_id LEFT JOIN disputes d ON d.id = e.source_id
    JOIN charges c ON c.id = coalesce(r.charge_id, d.charge_id, e.source_id)
    WHERE c.site IS NOT NULL AND e.source_type <> 'manual_entry'
    AND NOT EXISTS (SELECT 1 FROM ledger_outside_site_totals o WHERE o.entry_seq = e.seq)
    GROUP BY 1, 2, 3, 4
)
SELECT concat_ws(' ', coalesce(p.site, t.site), coalesce(p.account, t.account), coalesce(p.currency, t.currency),
    coalesce(p.accounting_date, t.accounting_date)) AS difference
FROM posted p FULL JOIN ledger_site_totals t
    ON (t.site, t.accounting_date, t.currency, t.account) = (p.site, p.accounting_date, p.currency, p.account)
WHERE coalesce(p.minor, 0) <> coalesce(t.amount_minor, 0)
ORDER BY 1
"""


def differing_days(connection: Connection) -> list[str]:
    """Return the accounts whose sums by day differ from the sum of their postings."""
    total = ledger_day_totals.c
    posted = (
        select(_POSTING.currency, _POSTING.account, func.sum(_POSTING.amount_minor).label("minor"))
        .group_by(_POSTING.currency, _POSTING.account)
        .subquery()
    )
    kept = (
        select(total.currency, total.account, func.sum(total.debit_minor - total.credit_minor).label("minor"))
        .group_by(total.currency, total.account)
        .subquery()
    )
    is_same_account = (kept.c.currency == posted.c.currency) & (kept.c.account == posted.c.account)
    statement = (
        select(func.coalesce(posted.c.account, kept.c.account), func.coalesce(posted.c.currency, kept.c.currency))
        .join_from(posted, kept, is_same_account, full=True)
        .where(posted.c.minor.is_distinct_from(kept.c.minor))
    )
    return sorted(f"{account} {currency}" for account, currency in connection.execute(statement))


def differing_sites(connection: Connection) -> list[str]:
    """Return the sites whose sums differ from the postings of their charges, with account, currency and day."""
    return [str(row.difference) for row in connection.execute(text(_SITES))]
