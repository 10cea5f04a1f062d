"""Find the amounts that a reader is offered: of the variant or the site, in the currency of the reader's country."""

from msgspec import Struct

from service.campaigns.amounts.card_fees import card_fee
from service.campaigns.site import Site
from service.campaigns.variant import Ask, CurrencyAsk, IntervalAsk, Variant
from service.money import Interval, exponent


class OfferedInterval(Struct, frozen=True, gc=False):
    """Amounts in minor units. `minimum_minor` and `maximum_minor`: the site's limits, or None if it sets none."""

    interval: Interval
    amounts_minor: tuple[int, ...]
    default_minor: int | None
    minimum_minor: int | None
    maximum_minor: int | None


class OfferedAsk(Struct, frozen=True, gc=False):
    currency: str
    exponent: int
    default_interval: Interval
    can_cover_fee: bool
    allows_own_amount: bool
    intervals: tuple[OfferedInterval, ...]


def offered_ask(variant: Variant, site: Site, country: str | None) -> OfferedAsk:
    """Return the amounts in a country's currency.

    In countries where recurring contributions are not offered, only one-off amounts remain.
    """
    ask = variant.ask or site.ask
    amounts = _amounts_in(ask, site, country)
    intervals = tuple(
        _offered_interval(suggested, site, amounts.currency)
        for suggested in amounts.intervals
        if suggested.interval is Interval.ONE_OFF or country not in site.one_off_only_countries
    )
    offered = [interval.interval for interval in intervals]
    default = ask.default_interval if ask.default_interval in offered or not offered else offered[0]
    return OfferedAsk(
        currency=amounts.currency,
        exponent=exponent(amounts.currency),
        default_interval=default,
        can_cover_fee=ask.can_cover_fee and card_fee(amounts.currency) is not None,
        allows_own_amount=ask.allows_own_amount,
        intervals=intervals,
    )


def _amounts_in(ask: Ask, site: Site, country: str | None) -> CurrencyAsk:
    found = ask.in_currency(site.currency_in(country)) or ask.in_currency(site.currency)
    return found or ask.currencies[0]


def _offered_interval(suggested: IntervalAsk, site: Site, currency: str) -> OfferedInterval:
    limit = site.limit(currency, suggested.interval)
    return OfferedInterval(
        interval=suggested.interval,
        amounts_minor=suggested.amounts_minor,
        default_minor=suggested.default_minor,
        minimum_minor=limit.minimum_minor if limit else None,
        maximum_minor=limit.maximum_minor if limit else None,
    )
