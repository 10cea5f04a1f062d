"""The amounts a reader is offered: of a variant or the site, in the currency of the reader's country."""

from dataclasses import dataclass

from service.campaigns.site import Site
from service.campaigns.variant import Ask, CurrencyAsk, IntervalAsk, Variant
from service.money import Interval, exponent


@dataclass(frozen=True, slots=True)
class OfferedInterval:
    """Amounts in minor units; minimum and maximum are the site's, None where it sets none."""

    interval: Interval
    amounts_minor: tuple[int, ...]
    default_minor: int | None
    minimum_minor: int | None
    maximum_minor: int | None


@dataclass(frozen=True, slots=True)
class OfferedAsk:
    currency: str
    exponent: int
    default_interval: Interval
    can_cover_fee: bool
    allows_own_amount: bool
    intervals: tuple[OfferedInterval, ...]


def offered_ask(variant: Variant, site: Site, country: str | None) -> OfferedAsk:
    """The amounts for a country's currency. Where recurring contributions are not offered, only one-off remains."""
    ask = variant.ask or site.ask
    amounts = _amounts_in(ask, site, country)
    intervals = tuple(
        _offered_interval(one, site, amounts.currency)
        for one in amounts.intervals
        if one.interval is Interval.ONE_OFF or country not in site.one_off_only_countries
    )
    offered = [one.interval for one in intervals]
    default = ask.default_interval if ask.default_interval in offered or not offered else offered[0]
    return OfferedAsk(
        currency=amounts.currency,
        exponent=exponent(amounts.currency),
        default_interval=default,
        can_cover_fee=ask.can_cover_fee,
        allows_own_amount=ask.allows_own_amount,
        intervals=intervals,
    )


def _amounts_in(ask: Ask, site: Site, country: str | None) -> CurrencyAsk:
    found = ask.in_currency(site.currency_in(country)) or ask.in_currency(site.currency)
    return found or ask.currencies[0]


def _offered_interval(one: IntervalAsk, site: Site, currency: str) -> OfferedInterval:
    limit = site.limit(currency, one.interval)
    return OfferedInterval(
        interval=one.interval,
        amounts_minor=one.amounts_minor,
        default_minor=one.default_minor,
        minimum_minor=limit.minimum_minor if limit else None,
        maximum_minor=limit.maximum_minor if limit else None,
    )
