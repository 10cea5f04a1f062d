"""How a site's day goes: views, asks and contributions so far, and what is usual by this hour."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.contributions.earned_store import EarnedSum, FirstPayments, earned_since, first_payments
from service.decisions.tally import Counted, Happened, HourCell
from service.insights.measure import PAYMENTS_PER_YEAR
from service.insights.store import daily_counts
from service.insights.usual import DAYS_BACK, Usual, usual_range
from service.insights.view_store import views_between
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


def figures_of_today(connection: Connection, snapshot: SiteSnapshot, now: datetime) -> Today:
    """Return the figures of a site's local day, at most seconds old."""
    local = now.astimezone(snapshot.zone)
    today, site = local.date(), snapshot.site.key
    first, lately = today - timedelta(days=DAYS_BACK), today - timedelta(weeks=WEEKS_OF_VALUE)
    views = views_between(connection, site, first, today)
    payments = first_payments(connection, site, snapshot.zone, first, today)
    counted_days = {cell.day for cell in views}
    asks = Counter({(cell.day, cell.hour): count for cell, count in views.items() if cell.event is Happened.ASKED})
    paid = Counter[tuple[date, int]]()
    for payment in payments:
        paid[payment.day, payment.hour] += payment.count
    seen = Counter[str]()
    for daily in daily_counts(connection, site, lately, today):
        if daily.cell.event is Counted.SEEN:
            seen[daily.cell.campaign] += daily.count
    since = datetime.combine(lately, time(), snapshot.zone)
    return Today(
        hour=local.hour,
        asks=so_far(asks, counted_days, today, local.hour),
        contributions=so_far(paid, counted_days, today, local.hour),
        contributed=_contributed(payments, today),
        asked=_rate(views, Happened.ASKED, today),
        gated_lately=_rate(views, Happened.GATED, lately),
        values=_values(seen, earned_since(connection, site, since)),
    )


def so_far(counts: Counter[tuple[date, int]], counted_days: set[date], today: date, hour: int) -> SoFar:
    """Return a figure of today from its counts by day and hour. `hour` is the hour that is not full yet."""
    now = sum(count for (day, _), count in counts.items() if day == today)
    if hour == 0:
        return SoFar(now, None, None)
    by_hour = Counter[date]()
    for (day, counted_hour), count in counts.items():
        if counted_hour < hour:
            by_hour[day] += count
    return SoFar(now, by_hour[today], usual_range(by_hour, counted_days, today))


def _rate(views: Counter[HourCell], event: Happened, since: date) -> PerThousand:
    recent = Counter[Happened]()
    for cell, count in views.items():
        if cell.day >= since:
            recent[cell.event] += count
    return PerThousand(recent[event], recent[Happened.VIEWED], MIN_VIEWS)


def _contributed(payments: Iterable[FirstPayments], today: date) -> tuple[Money, ...]:
    sums = Counter[str]()
    for payment in payments:
        if payment.day == today:
            sums[payment.currency] += payment.amount_minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))


def _values(seen: Counter[str], earned: Iterable[EarnedSum]) -> dict[str, CampaignValue]:
    values: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for earned_sum in earned:
        values[earned_sum.campaign][earned_sum.currency] += (
            earned_sum.amount_minor * PAYMENTS_PER_YEAR[earned_sum.interval]
        )
    return {campaign: CampaignValue(seen[campaign], values[campaign]) for campaign in seen.keys() | values.keys()}
