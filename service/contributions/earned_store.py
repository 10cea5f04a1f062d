"""What campaigns and their variants earned, in sums; nothing about who gave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from service.contributions.store import contributions


@dataclass(frozen=True, slots=True)
class EarnedSum:
    """Contributions that came in through one variant, of one interval and currency. `amount_minor` is per payment."""

    campaign: str
    variant: str
    interval: str
    currency: str
    count: int
    amount_minor: int


def earned_sums(connection: Connection, site: str) -> Sequence[EarnedSum]:
    """Per variant, interval and currency: how many contributions were paid and kept, and their amounts together.

    Only those of readers who take part in the experiment, as with the prompts they have seen.
    """
    c = contributions.c
    columns = (c.campaign, c.variant, c.interval, c.currency)
    statement = (
        select(*columns, func.count().label("number"), func.sum(c.amount_minor).label("total"))
        .where(c.site == site, c.campaign.is_not(None), c.variant.is_not(None), c.is_counted)
        .where(c.paid_minor > c.refunded_minor)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        EarnedSum(row.campaign, row.variant, row.interval, row.currency, int(row.number), int(row.total))
        for row in connection.execute(statement)
    ]


def raised_minor(connection: Connection, site: str, campaign: str, currency: str, since: datetime | None) -> int:
    """What a campaign brought in, net of refunds, in one currency, from contributions first paid since then."""
    c = contributions.c
    statement = select(func.coalesce(func.sum(c.paid_minor - c.refunded_minor), 0)).where(
        c.site == site, c.campaign == campaign, c.currency == currency, c.first_paid_at.is_not(None)
    )
    if since is not None:
        statement = statement.where(c.first_paid_at >= since)
    return int(connection.scalar(statement) or 0)
