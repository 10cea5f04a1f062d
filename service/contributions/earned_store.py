"""SQL for what campaigns and their variants earned: sums of contributions, without the contributors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Date, cast, func, select

from service.contributions.store import contributions
from service.money import Interval


@dataclass(frozen=True, slots=True)
class EarnedSum:
    """The contributions through one variant with the same interval and currency.

    `amount_minor`: the sum of their amounts, counting one payment each.
    """

    campaign: str
    variant: str
    interval: Interval
    currency: str
    count: int
    amount_minor: int


def earned_sums(connection: Connection, site: str) -> Sequence[EarnedSum]:
    """Return the paid contributions of a site per variant, interval and currency, except those refunded in full.

    Only readers who take part in the experiment count, as for the prompts seen.
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
        EarnedSum(row.campaign, row.variant, Interval(row.interval), row.currency, int(row.number), int(row.total))
        for row in connection.execute(statement)
    ]


def earned_since(connection: Connection, site: str, since: datetime) -> Sequence[EarnedSum]:
    """Return the contributions of a site that were first paid since then, except those refunded in full.

    They are summed up per variant, interval and currency, whether or not their readers take part in the experiment.
    """
    c = contributions.c
    columns = (c.campaign, c.variant, c.interval, c.currency)
    statement = (
        select(*columns, func.count().label("number"), func.sum(c.amount_minor).label("total"))
        .where(c.site == site, c.campaign.is_not(None), c.variant.is_not(None))
        .where(c.first_paid_at >= since, c.paid_minor > c.refunded_minor)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [
        EarnedSum(row.campaign, row.variant, Interval(row.interval), row.currency, int(row.number), int(row.total))
        for row in connection.execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class FirstPayments:
    """The contributions in one currency that were first paid on a local day, and in its hours before a given one.

    `amount_minor`: the sum of all of them.
    """

    day: date
    currency: str
    count: int
    count_by_hour: int
    amount_minor: int


def first_payments(
    connection: Connection, site: str, zone: ZoneInfo, first: date, now: datetime
) -> list[FirstPayments]:
    """Return what a site's readers contributed by the local day of the first payment, from `first` until now.

    `count_by_hour`: of the hours before the current hour of the local day.
    """
    c, local_now = contributions.c, now.astimezone(zone)
    local = func.timezone(zone.key, c.first_paid_at)
    about = (cast(local, Date).label("day"), c.currency)
    is_before = func.extract("hour", local) < local_now.hour
    statement = (
        select(
            *about,
            func.count().label("number"),
            func.count().filter(is_before).label("by_hour"),
            func.sum(c.amount_minor).label("total"),
        )
        .where(c.site == site, c.first_paid_at >= datetime.combine(first, time(), zone), c.first_paid_at <= now)
        .group_by(*about)
        .order_by(*about)
    )
    return [
        FirstPayments(row.day, row.currency, row.number, row.by_hour, int(row.total))
        for row in connection.execute(statement)
    ]


@dataclass(frozen=True, slots=True)
class EarnedOnDay:
    """The contributions through one variant in one currency that were first paid on the same local day.

    `count` leaves out those refunded in full. `paid_minor` and `refunded_minor` cover all their payments so far.
    `is_counted`: made by readers who take part in the experiment.
    """

    day: date
    campaign: str
    variant: str
    is_counted: bool
    currency: str
    count: int
    paid_minor: int
    refunded_minor: int


def earned_between(connection: Connection, site: str, zone: ZoneInfo, first: date, last: date) -> Sequence[EarnedOnDay]:
    """Return what the prompts of a site earned, by local day of the first payment, oldest first.

    Both `first` and `last` are included.
    """
    c = contributions.c
    day = cast(func.timezone(zone.key, c.first_paid_at), Date).label("day")
    about = (day, c.campaign, c.variant, c.is_counted, c.currency)
    starts_at, ends_at = (datetime.combine(day_on, time(), zone) for day_on in (first, last + timedelta(days=1)))
    sums = (
        func.count().filter(c.paid_minor > c.refunded_minor),
        func.sum(c.paid_minor),
        func.sum(c.refunded_minor),
    )
    statement = (
        select(*about, *sums)
        .where(c.site == site, c.campaign.is_not(None), c.variant.is_not(None))
        .where(c.first_paid_at >= starts_at, c.first_paid_at < ends_at)
        .group_by(*about)
        .order_by(*about)
    )
    return [EarnedOnDay(*row[:5], *(int(number) for number in row[5:])) for row in connection.execute(statement)]


def earning_by_campaign(connection: Connection, site: str, zone: ZoneInfo, first: date, last: date) -> dict[str, int]:
    """Return how many contributions each campaign won, by local day of the first payment, from `first` to `last`.

    Those refunded in full do not count.
    """
    c = contributions.c
    starts_at, ends_at = (datetime.combine(day_on, time(), zone) for day_on in (first, last + timedelta(days=1)))
    statement = (
        select(c.campaign, func.count())
        .where(c.site == site, c.campaign.is_not(None), c.variant.is_not(None), c.paid_minor > c.refunded_minor)
        .where(c.first_paid_at >= starts_at, c.first_paid_at < ends_at)
        .group_by(c.campaign)
    )
    return {campaign: int(count) for campaign, count in connection.execute(statement)}


def raised_minor(connection: Connection, site: str, campaign: str, currency: str, since: datetime | None) -> int:
    """Return the net income of a campaign in one currency, in minor units.

    Contributions first paid before `since` do not count; None counts all.
    """
    c = contributions.c
    statement = select(func.coalesce(func.sum(c.paid_minor - c.refunded_minor), 0)).where(
        c.site == site, c.campaign == campaign, c.currency == currency, c.first_paid_at.is_not(None)
    )
    if since is not None:
        statement = statement.where(c.first_paid_at >= since)
    return int(connection.scalar(statement) or 0)
