"""Compare the sums that the database keeps, by day, by site and by campaign, with the postings that they add up."""

from sqlalchemy import Connection, func, select, text

from service.ledger.store import ledger_day_totals, ledger_postings

_POSTING = ledger_postings.c
_DIFFERING = """
WITH posted AS (
    SELECT {names}, e.accounting_date, p.currency, p.account, sum(p.amount_minor) AS minor
    FROM ledger_entries e JOIN ledger_postings p ON p.entry_seq = e.seq
    LEFT JOIN refunds r ON r.id = e.source_id LEFT JOIN disputes d ON d.id = e.source_id
    JOIN (SELECT id, site, coalesce(campaign, '') AS campaign FROM charges) c
        ON c.id = coalesce(r.charge_id, d.charge_id, e.source_id)
    WHERE site IS NOT NULL AND e.source_type <> 'manual_entry'
    AND NOT EXISTS (SELECT 1 FROM ledger_outside_site_totals o WHERE o.entry_seq = e.seq)
    GROUP BY {names}, e.accounting_date, p.currency, p.account
)
SELECT concat_ws(' ', {names}, account, currency, accounting_date) AS difference
FROM posted FULL JOIN {totals} USING ({names}, accounting_date, currency, account)
WHERE coalesce(minor, 0) <> coalesce(amount_minor, 0)
ORDER BY 1
"""
_SITES = _DIFFERING.format(names="site", totals="ledger_site_totals")
_CAMPAIGNS = _DIFFERING.format(names="site, campaign", totals="ledger_campaign_totals")


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


def differing_campaigns(connection: Connection) -> list[str]:
    """Return the sites and campaigns whose sums differ from the postings, with account, currency and day."""
    return [str(row.difference) for row in connection.execute(text(_CAMPAIGNS))]
