"""The content of the support page, which asks for a contribution without JavaScript.

It offers the same amounts, intervals and limits as the widget, with a token of its own.
"""

from dataclasses import dataclass

from service.campaigns.amounts.card_fees import card_fee
from service.campaigns.site import GiftField, Site
from service.contributions.checkout.form import ForeignReturnAddressError, return_address
from service.contributions.checkout.support_token import new_support_token
from service.money import Interval, major_text
from service.services import Services


@dataclass(frozen=True, slots=True)
class SuggestedAmount:
    """An amount on a button. `text` is what the form sends: the amount in major units, such as `5.50`."""

    amount_minor: int
    text: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class SupportInterval:
    """The amounts and limits the page offers for an interval."""

    interval: Interval
    amounts: tuple[SuggestedAmount, ...]
    minimum_minor: int
    maximum_minor: int
    is_default: bool


@dataclass(frozen=True, slots=True)
class SupportPage:
    """Everything the page shows. `intervals` is empty if the site offers nothing in the reader's currency."""

    token: str
    currency: str
    intervals: tuple[SupportInterval, ...]
    can_cover_fee: bool
    can_be_anonymous: bool
    can_leave_message: bool
    allows_own_amount: bool
    language: str
    return_url: str


def support_page(
    services: Services, site: Site, country: str | None, language: str | None, return_url: str | None
) -> SupportPage:
    """Return the page for a reader in `country`.

    If the language or return address cannot be used, the site's own takes its place.
    """
    currency = site.currency_in(country)
    return SupportPage(
        token=new_support_token(services.keys, site.key, int(services.clock().timestamp())),
        currency=currency,
        intervals=_intervals(site, currency, is_one_off_only=country in site.one_off_only_countries),
        can_cover_fee=site.ask.can_cover_fee and card_fee(currency) is not None,
        can_be_anonymous=GiftField.ANONYMOUS in site.gift_fields,
        can_leave_message=GiftField.MESSAGE in site.gift_fields,
        allows_own_amount=site.ask.allows_own_amount,
        language=language if language in site.languages else site.default_language,
        return_url=_return_url(site, return_url, services.settings.public_origin),
    )


def _intervals(site: Site, currency: str, *, is_one_off_only: bool) -> tuple[SupportInterval, ...]:
    ask = site.ask.in_currency(currency)
    intervals = []
    for suggested in ask.intervals if ask else ():
        interval = suggested.interval
        limit = site.limit(currency, interval)
        if limit is None or (is_one_off_only and interval is not Interval.ONE_OFF):
            continue
        amounts = tuple(
            SuggestedAmount(minor, major_text(minor, currency), minor == suggested.default_minor)
            for minor in suggested.amounts_minor
        )
        is_default = interval is site.ask.default_interval
        intervals.append(SupportInterval(interval, amounts, limit.minimum_minor, limit.maximum_minor, is_default))
    return tuple(intervals)


def _return_url(site: Site, asked: str | None, public_origin: str) -> str:
    try:
        return return_address(site, asked, public_origin)
    except ForeignReturnAddressError:
        return site.home_url
