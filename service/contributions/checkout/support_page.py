"""The ask as a page of its own: the same amounts, intervals and limits as in the widget, sealed with its own token."""

from dataclasses import dataclass

from service.campaigns.site import GiftField, Site
from service.contributions.checkout.form import ForeignReturnAddressError, return_address
from service.contributions.checkout.support_token import new_support_token
from service.money import Interval, exponent, major_text
from service.services import Services


@dataclass(frozen=True, slots=True)
class SuggestedAmount:
    """`text` is what the form sends back: plain major units."""

    amount_minor: int
    text: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class SupportInterval:
    interval: Interval
    amounts: tuple[SuggestedAmount, ...]
    minimum_minor: int
    maximum_minor: int
    is_default: bool


@dataclass(frozen=True, slots=True)
class SupportPage:
    """Everything the page shows. `intervals` is empty where nothing is sold in the reader's currency."""

    token: str
    currency: str
    exponent: int
    intervals: tuple[SupportInterval, ...]
    can_cover_fee: bool
    can_hide_name: bool
    can_say_something: bool
    allows_own_amount: bool
    language: str
    return_url: str


def support_page(
    services: Services, site: Site, country: str | None, language: str | None, return_url: str | None
) -> SupportPage:
    """The page for a reader in `country`; an unusable wish for language or return address is passed over."""
    currency = site.currency_in(country)
    return SupportPage(
        token=new_support_token(services.keys, site.key, int(services.clock().timestamp())),
        currency=currency,
        exponent=exponent(currency),
        intervals=_intervals(site, currency, is_one_off_only=country in site.one_off_only_countries),
        can_cover_fee=site.ask.can_cover_fee,
        can_hide_name=GiftField.ANONYMOUS in site.gift_fields,
        can_say_something=GiftField.MESSAGE in site.gift_fields,
        allows_own_amount=site.ask.allows_own_amount,
        language=language if language in site.languages else site.default_language,
        return_url=_return_url(site, return_url, services.settings.public_origin),
    )


def _intervals(site: Site, currency: str, *, is_one_off_only: bool) -> tuple[SupportInterval, ...]:
    ask = site.ask.in_currency(currency)
    found = []
    for each in ask.intervals if ask else ():
        limit = site.limit(currency, each.interval)
        if limit is None or (is_one_off_only and each.interval is not Interval.ONE_OFF):
            continue
        amounts = tuple(
            SuggestedAmount(minor, major_text(minor, currency), minor == each.default_minor)
            for minor in each.amounts_minor
        )
        is_default = each.interval is site.ask.default_interval
        found.append(SupportInterval(each.interval, amounts, limit.minimum_minor, limit.maximum_minor, is_default))
    return tuple(found)


def _return_url(site: Site, asked: str | None, public_origin: str) -> str:
    try:
        return return_address(site, asked, public_origin)
    except ForeignReturnAddressError:
        return site.home_url
