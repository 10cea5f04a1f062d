"""SQL of failed payments: a row for each payment that failed at least once, with what became of it.

A renewal is tried again for weeks, and each try is a charge of its own. The charges of a payment share its payment
intent, so they make one row.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, text

from service.contributions.search.store import ListScope
from service.money import Interval, Money

_FAILED = """
WITH failed AS (
    SELECT coalesce(c.payment_intent_id, c.id) AS payment_id, c.contribution_id, c.site, c.currency,
        max(c.amount_minor) AS amount_minor, count(*) AS try_count, max(c.created_at) AS failed_at,
        (array_agg(c.failure_code ORDER BY c.created_at DESC, c.id))[1] AS failure_code, max(c.invoice_id) AS invoice_id
    FROM charges c
    WHERE c.status = 'failed' AND c.contribution_id IS NOT NULL AND c.is_livemode = :is_livemode
    AND c.created_at >= :starts_at AND c.created_at < :ends_at
    AND (CAST(:sites AS text[]) IS NULL OR c.site = ANY(:sites))
    AND (CAST(:currency AS text) IS NULL OR c.currency = :currency)
    AND (CAST(:campaign AS text) IS NULL OR c.campaign = :campaign)
    GROUP BY 1, 2, 3, 4
)
"""
# The two columns of `paid_at` are looked up apart, because each has an index of its own.
_FOLLOWED = """followed AS MATERIALIZED (
    SELECT f.*, i.status AS invoice_status, i.next_payment_attempt_at AS next_try_at, least(
        (SELECT min(p.created_at) FROM charges p WHERE p.payment_intent_id = f.payment_id AND p.status = 'succeeded'),
        (SELECT min(p.created_at) FROM charges p WHERE p.invoice_id = f.invoice_id AND p.status = 'succeeded')
    ) AS paid_at
    FROM {failed} f LEFT JOIN LATERAL (SELECT * FROM invoices i WHERE i.id = f.invoice_id OFFSET 0) i ON true
)
"""
_ROWS = f"""{_FAILED}, page AS (
    SELECT f.* FROM failed f
    WHERE (CAST(:before_at AS timestamptz) IS NULL OR (f.failed_at, f.payment_id) < (:before_at, :before_id))
    AND (SELECT true FROM contributions k WHERE k.id = f.contribution_id)
    ORDER BY f.failed_at DESC, f.payment_id DESC
    LIMIT :limit
), {_FOLLOWED.format(failed="page")}
SELECT f.*, k.interval,
    CASE WHEN :is_personal THEN k.contributor_email END AS email,
    CASE WHEN :is_personal THEN k.contributor_name END AS name
FROM followed f JOIN contributions k ON k.id = f.contribution_id
ORDER BY f.failed_at DESC, f.payment_id DESC
"""  # noqa: S608 it holds constants only
_SUMS = f"""{_FAILED}, {_FOLLOWED.format(failed="failed")}
SELECT currency, count(*) AS failed_count, sum(amount_minor) AS failed_minor,
    count(*) FILTER (WHERE paid_at IS NOT NULL) AS paid_count,
    coalesce(sum(amount_minor) FILTER (WHERE paid_at IS NOT NULL), 0) AS paid_minor,
    count(*) FILTER (WHERE paid_at IS NULL AND invoice_status = 'open') AS open_count,
    coalesce(sum(amount_minor) FILTER (WHERE paid_at IS NULL AND invoice_status = 'open'), 0) AS open_minor
FROM followed GROUP BY currency ORDER BY currency
"""  # noqa: S608 it holds constants only


class FailedOutcome(StrEnum):
    """What became of a payment that failed."""

    PAID = "paid"
    OPEN = "open"  # Stripe tries again
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class FailedPayment:
    """A payment that failed. `failed_at` and `failure_code` are those of its last failure, `try_count` counts failures.

    `email` and `name` are None if the caller may not see personal data.
    """

    payment_id: str
    contribution_id: str
    site: str | None
    interval: Interval
    amount: Money
    failed_at: datetime
    failure_code: str | None
    try_count: int
    outcome: FailedOutcome
    paid_at: datetime | None
    next_try_at: datetime | None
    email: str | None
    name: str | None

    @property
    def position(self) -> str:
        """The place of the payment in the list, from which the next page begins."""
        return f"{self.failed_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}~{self.payment_id}"


@dataclass(frozen=True, slots=True)
class FailedSums:
    """The failed payments of a currency, how much of them was paid later, and how much Stripe still tries."""

    currency: str
    failed_count: int
    failed_minor: int
    paid_count: int
    paid_minor: int
    open_count: int
    open_minor: int

    @property
    def lost_minor(self) -> int:
        """What was not paid later and is not tried again."""
        return self.failed_minor - self.paid_minor - self.open_minor


@dataclass(frozen=True, slots=True)
class FailedDays:
    """The time in which payments failed, and which of them are wanted; None means all."""

    starts_at: datetime
    ends_at: datetime
    is_livemode: bool
    currency: str | None = None
    campaign: str | None = None


def failed_payments(connection: Connection, days: FailedDays, scope: ListScope) -> list[FailedPayment]:
    """Return the payments that failed, the last failure first."""
    before_at, before_id = scope.place
    values = _values(days, scope) | {
        "is_personal": scope.is_personal,
        "before_at": before_at,
        "before_id": before_id,
        "limit": scope.limit,
    }
    return [
        FailedPayment(
            payment_id=row.payment_id,
            contribution_id=row.contribution_id,
            site=row.site,
            interval=Interval(row.interval),
            amount=Money(row.amount_minor, row.currency),
            failed_at=row.failed_at,
            failure_code=row.failure_code,
            try_count=row.try_count,
            outcome=_outcome(row.paid_at, row.invoice_status),
            paid_at=row.paid_at,
            next_try_at=row.next_try_at,
            email=row.email,
            name=row.name,
        )
        for row in connection.execute(text(_ROWS), values)
    ]


def failed_sums(connection: Connection, days: FailedDays, scope: ListScope) -> list[FailedSums]:
    """Return the sums of the failed payments of every currency."""
    rows = connection.execute(text(_SUMS), _values(days, scope))
    return [FailedSums(row.currency, *map(int, row[1:])) for row in rows]


def _outcome(paid_at: datetime | None, invoice_status: str | None) -> FailedOutcome:
    if paid_at is not None:
        return FailedOutcome.PAID
    return FailedOutcome.OPEN if invoice_status == "open" else FailedOutcome.LOST


def _values(days: FailedDays, scope: ListScope) -> dict[str, object]:
    return {
        "starts_at": days.starts_at,
        "ends_at": days.ends_at,
        "is_livemode": days.is_livemode,
        "currency": days.currency,
        "campaign": days.campaign,
        "sites": list(scope.sites) if scope.sites is not None else None,
    }
