"""SQL of the checklist: the payouts of a period, and when the checks ran last."""

from datetime import date, datetime

from sqlalchemy import Connection, func, select, text

from service.ledger.invariants.check_store import ledger_checks
from service.reconciliation.checklist.steps import PeriodPayouts

_PAYOUTS = """
SELECT p.id, p.status, t.status AS tie_status
FROM payouts p LEFT JOIN payout_ties t ON t.payout_id = p.id
WHERE p.is_livemode = :is_livemode AND p.arrival_on BETWEEN :from_on AND :to_on
AND p.status NOT IN ('failed', 'canceled')
ORDER BY p.arrival_on, p.id
"""


def period_payouts(connection: Connection, from_on: date, to_on: date, *, is_livemode: bool) -> PeriodPayouts:
    """Return the payouts that were to arrive on these days, without those that came back."""
    values = {"from_on": from_on, "to_on": to_on, "is_livemode": is_livemode}
    rows = connection.execute(text(_PAYOUTS), values).all()
    return PeriodPayouts(
        count=len(rows),
        tied_count=sum(row.status == "paid" and row.tie_status in {"matched", "manual"} for row in rows),
        mismatched=tuple(row.id for row in rows if row.tie_status == "mismatch"),
        late=tuple(row.id for row in rows if row.status in {"pending", "in_transit"}),
    )


def checked_at(connection: Connection) -> datetime | None:
    """Return when the checks ran last, or None if they never did."""
    found: datetime | None = connection.scalar(select(func.max(ledger_checks.c.checked_at)))
    return found
