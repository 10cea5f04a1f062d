"""How a site's day goes: views, asks and contributions so far, and what is usual by this hour."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.contributions.earned_store import EarnedSum, FirstPayments, earned_since, first_payments
from service.decisions.tally import Happened
from service.insights.measure import PAYMENTS_PER_YEAR
from service.insights.store import seen_by_campaign
from service.insights.usual import DAYS_BACK, Usual, usual_range
from service.insights.view_store import ViewsOnDay, views_by_day
from service.money import Money, exponent

WEEKS_OF_VALUE = 4
MIN_VIEWS = 100
MIN_SEEN = 100


@dataclass(frozen=True, slots=True)
class SoFar:
    """A figure of today. `by_hour`: its value at the last full hour, with which `usual` can be compared.

    `by_hour` is None in the first hour of the day, `usual` if there are too few earlier days.
    """

    now: int
    by_hour: int | None
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class PerThousand:
    """So many of so many. `value` is how many of a thousand, or None if there are too few to say."""

    count: int
    of: int
    least: int

    @property
    def value(self) -> float | None:
        return 1000 * self.count / self.of if self.of >= self.least else None


@dataclass(frozen=True, slots=True)
class CampaignValue:
    """What a campaign's prompts earned: contributions in a year's payments, by currency, and prompts seen."""

    seen: int
    value_minor: Mapping[str, int]

    def per_thousand_seen(self) -> list[Money] | None:
        """Return the value per 1,000 prompts seen in each currency, or None if too few were seen to say."""
        if self.seen < MIN_SEEN:
            return None
        return [_rounded(1000 * minor / self.seen, code) for code, minor in sorted(self.value_minor.items())]


@dataclass(frozen=True, slots=True)
class Today:
    """The figures of a site's day.

    `hour` is the last full hour. `gated_lately` and `values` (by campaign) are those of the last four weeks.
    """

    hour: int
    asks: SoFar
    contributions: SoFar
    contributed: tuple[Money, ...]
    asked: PerThousand
    gated_lately: PerThousand
    values: Mapping[str, CampaignValue]


def _rounded(minor: float, currency: str) -> Money:
    """Return an amount in whole units of the currency, or to the cent if it is below ten of them."""
    unit = 10 ** exponent(currency)
    return Money(round(minor) if minor < 10 * unit else unit * round(minor / unit), currency)


def figures_of_today(
    connection: Connection, snapshot: SiteSnapshot, campaigns: Collection[str], now: datetime
) -> Today:
    """Return the figures of a site's local day, at most seconds old, with the values of these campaigns."""
    local = now.astimezone(snapshot.zone)
    today, site = local.date(), snapshot.site.key
    first, lately = today - timedelta(days=DAYS_BACK), today - timedelta(weeks=WEEKS_OF_VALUE)
    views = views_by_day(connection, site, first, today, local.hour)
    payments = first_payments(connection, site, snapshot.zone, first, now)
    counted_days = {on_day.day for on_day in views}
    asks = [on_day for on_day in views if on_day.event is Happened.ASKED]
    seen = seen_by_campaign(connection, site, campaigns, lately, today)
    since = datetime.combine(lately, time(), snapshot.zone)
    return Today(
        hour=local.hour,
        asks=so_far(asks, counted_days, local),
        contributions=so_far(payments, counted_days, local),
        contributed=_contributed(payments, today),
        asked=_rate(views, Happened.ASKED, today),
        gated_lately=_rate(views, Happened.GATED, lately),
        values=_values(seen, earned_since(connection, site, since)),
    )


def so_far(counts: Iterable[ViewsOnDay | FirstPayments], counted_days: set[date], local: datetime) -> SoFar:
    """Return a figure of today from its counts by day. `local` is the site's time."""
    totals, by_hour = Counter[date](), Counter[date]()
    for on_day in counts:
        totals[on_day.day] += on_day.count
        by_hour[on_day.day] += on_day.count_by_hour
    today = local.date()
    if local.hour == 0:
        return SoFar(totals[today], None, None)
    return SoFar(totals[today], by_hour[today], usual_range(by_hour, counted_days, today))


def _rate(views: Iterable[ViewsOnDay], event: Happened, since: date) -> PerThousand:
    recent = Counter[Happened]()
    for on_day in views:
        if on_day.day >= since:
            recent[on_day.event] += on_day.count
    return PerThousand(recent[event], recent[Happened.VIEWED], MIN_VIEWS)


def _contributed(payments: Iterable[FirstPayments], today: date) -> tuple[Money, ...]:
    own = (payment for payment in payments if payment.day == today)
    return tuple(Money(payment.amount_minor, payment.currency) for payment in own)


def _values(seen: Mapping[str, int], earned: Iterable[EarnedSum]) -> dict[str, CampaignValue]:
    values: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for earned_sum in earned:
        values[earned_sum.campaign][earned_sum.currency] += (
            earned_sum.amount_minor * PAYMENTS_PER_YEAR[earned_sum.interval]
        )
    return {campaign: CampaignValue(count, values[campaign]) for campaign, count in seen.items()}
