"""The choices of a reader at checkout, checked against what the site offers."""

import hashlib
import re
from dataclasses import dataclass

from service.addresses import origin_of, split_address
from service.campaigns.amounts.card_fees import card_fee
from service.campaigns.site import GiftField, Site
from service.contributions.checkout.typed_amount import typed_amount
from service.errors import ForbiddenError, InvalidAmountError
from service.money import Interval, Money, checked_amount, major_text, step_minor

_ROUTE = re.compile("!?/")
MAX_ADDRESS_CHARACTERS = 2000
DIGEST_CHARACTERS = 40
BASIS = 10_000


class NotOfferedError(InvalidAmountError):
    """The site does not offer this interval, currency or field to this reader."""

    code = "not_offered"


class ForeignReturnAddressError(ForbiddenError):
    """The return address is not a page of the site or of this service."""

    code = "foreign_return_address"


@dataclass(frozen=True, slots=True)
class CheckoutForm:
    """The request to start a contribution. Exactly one token and one amount are set.

    `passport`: the reader's passport if the browser keeps it in local storage; None if it is in the cookie.
    """

    interval: Interval
    prompt_token: str | None = None
    support_token: str | None = None
    site: str | None = None
    amount: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    return_url: str | None = None
    page_id: str | None = None
    language: str | None = None
    covers_fee: bool = False
    is_anonymous: bool = False
    message: str | None = None
    proof: str | None = None
    passport: str | None = None

    @property
    def token(self) -> str:
        return self.prompt_token or self.support_token or ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The prompt or support page that a contribution began on. `is_counted` and `reader_hash`: see Attempt."""

    site: str
    campaign: str | None = None
    variant: str | None = None
    placement: str | None = None
    page_id: str | None = None
    currency: str | None = None
    is_counted: bool = False
    reader_hash: bytes | None = None


def chosen_amount(form: CheckoutForm, site: Site, currency: str, raised_minimum_minor: int = 0) -> Money:
    """Return the amount that the reader chose, before any covered fee.

    Raise InvalidAmountError if the currency cannot hold the amount or the site does not take it.
    `raised_minimum_minor` raises the site's minimum, at most up to its maximum.
    """
    limit = site.limit(currency, form.interval)
    if limit is None:
        raise NotOfferedError(f"{site.name} does not take such contributions in {currency}")
    chosen = (
        checked_amount(form.amount_minor, currency)
        if form.amount_minor is not None
        else typed_amount(form.amount or "", currency)
    )
    minimum = max(limit.minimum_minor, min(raised_minimum_minor, limit.maximum_minor))
    maximum = limit.maximum_minor
    if not minimum <= chosen.amount_minor <= maximum:
        bound, name = (minimum, "minimum") if chosen.amount_minor < minimum else (maximum, "maximum")
        title = f"the {name} is {major_text(bound, currency)} {currency}"
        raise InvalidAmountError(title, minimum_minor=minimum, maximum_minor=maximum, currency=currency)
    return chosen


def with_fee_covered(chosen: Money) -> Money:
    """Return the smallest amount, in the currency's steps, whose estimated fee leaves at least `chosen`.

    The fee is an estimate; the ledger books the real one. Raise NotOfferedError if the fee in this currency is unknown.
    """
    fee = card_fee(chosen.currency)
    if fee is None:
        raise NotOfferedError(f"covers_fee: the card fee in {chosen.currency} is not known; send it without covers_fee")
    needed = -(-(chosen.amount_minor + fee.fixed_minor) * BASIS // (BASIS - fee.basis_points))
    step = step_minor(chosen.currency)
    return checked_amount(-(-needed // step) * step, chosen.currency)


def refuse_unoffered_interval(site: Site, interval: Interval, country: str | None) -> None:
    """Raise NotOfferedError for a recurring contribution if the site takes none from the reader's country."""
    if interval is not Interval.ONE_OFF and country in site.one_off_only_countries:
        raise NotOfferedError(f"{site.name} takes only one-off contributions from your country")


def refuse_unwanted_fields(site: Site, form: CheckoutForm) -> None:
    """Raise NotOfferedError, with the name of the field, if the form has a field the site does not ask for."""
    fields = (
        ("is_anonymous", GiftField.ANONYMOUS, form.is_anonymous),
        ("message", GiftField.MESSAGE, bool(form.message)),
    )
    for name, field, is_set in fields:
        if is_set and field not in site.gift_fields:
            raise NotOfferedError(f"{name}: {site.name} does not ask for this with a contribution")


def return_address(site: Site, asked: str | None, public_origin: str) -> str:
    """Return the page to send the reader back to: `asked` or the site's front page. Of fragments, only routes are kept.

    Raise ForeignReturnAddressError if `asked` is not a page of the site or of this service.
    """
    if not asked:
        return site.home_url
    is_plain = asked.isascii() and asked.isprintable() and not {" ", "\\"} & set(asked)
    if not is_plain or len(asked) > MAX_ADDRESS_CHARACTERS:
        raise ForeignReturnAddressError("this return address is too long or has characters that addresses cannot have")
    if origin_of(asked) not in {*site.origins, public_origin}:
        raise ForeignReturnAddressError("this return address is not a page of the site: send one of its own pages")
    parts = split_address(asked)
    return parts._replace(fragment=parts.fragment if _ROUTE.match(parts.fragment) else "").geturl()


def token_digest(form: CheckoutForm) -> str:
    """Return a short hash of the form's token, to count its requests under."""
    return hashlib.sha256(form.token.encode()).hexdigest()[:DIGEST_CHARACTERS]


def attempt_key(form: CheckoutForm, chosen: Money) -> str:
    """Return the key of an attempt. Two clicks have the same key if the token and all choices are the same."""
    choice = (
        form.interval.value,
        str(chosen.amount_minor),
        chosen.currency,
        str(form.covers_fee),
        str(form.is_anonymous),
        form.message or "",
    )
    text = "\x1f".join((form.token, *choice))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]
