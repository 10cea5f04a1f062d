"""What a reader chose to give, checked against what the site sells."""

import hashlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.campaigns.site import GiftField, Site
from service.errors import ForbiddenError, InvalidAmountError
from service.money import Interval, Money, checked_amount, exponent, major_text, parse_amount, step_minor

MAX_ADDRESS_CHARACTERS = 2000
DIGEST_CHARACTERS = 40
# Stripe's standard card prices in Europe, as an estimate for every card: https://stripe.com/ie/pricing
FEE_BASIS_POINTS = 150
FIXED_FEE_MINOR = {"EUR": 25, "GBP": 20, "USD": 30, "CHF": 30, "SEK": 180, "NOK": 200, "DKK": 180, "PLN": 100}
BASIS = 10_000


class NotOfferedError(InvalidAmountError):
    """The site does not take this interval or currency from this reader."""

    code = "not_offered"


class ForeignReturnAddressError(ForbiddenError):
    """A reader is only ever sent back to the site's own pages."""

    code = "foreign_return_address"


@dataclass(frozen=True, slots=True)
class CheckoutForm:
    """A request to give, as it came in. One of the tokens is set; one of `amount` and `amount_minor` is.

    `passport`: what the reader carries, where it lies in the browser's own storage; None where it is the cookie.
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
    """Where in the publication a gift began. `is_counted` and `reader_hash` as in an Attempt."""

    site: str
    campaign: str | None = None
    variant: str | None = None
    placement: str | None = None
    page_id: str | None = None
    currency: str | None = None
    is_counted: bool = False
    reader_hash: bytes | None = None


def chosen_amount(form: CheckoutForm, site: Site, currency: str, least_minor: int = 0) -> Money:
    """The amount to charge. Raises InvalidAmountError for one the currency cannot hold or the site does not take.

    Limits apply to what the reader chose, before any covered fee. `least_minor` raises the minimum for a while.
    """
    limit = site.limit(currency, form.interval)
    if limit is None:
        raise NotOfferedError(f"{site.name} does not take this in {currency}")
    chosen = (
        checked_amount(form.amount_minor, currency)
        if form.amount_minor is not None
        else parse_amount(form.amount or "", currency)
    )
    least = max(limit.minimum_minor, min(least_minor, limit.maximum_minor))
    most = limit.maximum_minor
    if not least <= chosen.amount_minor <= most:
        bound, words = (least, "the least") if chosen.amount_minor < least else (most, "the most")
        title = f"{words} is {major_text(bound, currency)} {currency}"
        raise InvalidAmountError(title, minimum_minor=least, maximum_minor=most, currency=currency)
    return with_fee_covered(chosen) if form.covers_fee else chosen


def with_fee_covered(chosen: Money) -> Money:
    """Return the smallest amount, in the currency's steps, whose estimated fee leaves at least `chosen`.

    The fee is an estimate; the ledger books the real one.
    """
    fixed = FIXED_FEE_MINOR.get(chosen.currency, 25 * 10 ** exponent(chosen.currency) // 100)
    needed = -(-(chosen.amount_minor + fixed) * BASIS // (BASIS - FEE_BASIS_POINTS))
    step = step_minor(chosen.currency)
    return checked_amount(-(-needed // step) * step, chosen.currency)


def refuse_unoffered_interval(site: Site, interval: Interval, country: str | None) -> None:
    """Raises NotOfferedError for a recurring contribution where the site takes none."""
    if interval is not Interval.ONE_OFF and country in site.one_off_only_countries:
        raise NotOfferedError(f"{site.name} takes only one-off contributions from your country")


def refuse_unwanted_fields(site: Site, form: CheckoutForm) -> None:
    """Raises NotOfferedError, naming it, for something said beside the gift that the site does not ask."""
    said = {GiftField.ANONYMOUS: form.is_anonymous, GiftField.MESSAGE: bool(form.message)}
    for each, is_said in said.items():
        if is_said and each not in site.gift_fields:
            name = "is_anonymous" if each is GiftField.ANONYMOUS else "message"
            raise NotOfferedError(f"{name}: {site.name} does not take this with a gift")


def return_address(site: Site, asked: str | None, public_origin: str) -> str:
    """Where to send the reader back to: a page of the site's or of ours; without a wish, the site's front page."""
    if not asked:
        return site.home_url
    is_plain = asked.isascii() and asked.isprintable() and not {" ", "\\"} & set(asked)
    if not is_plain or len(asked) > MAX_ADDRESS_CHARACTERS:
        raise ForeignReturnAddressError("this return address is not usable")
    parts = urlsplit(asked)
    if f"{parts.scheme}://{parts.netloc}" not in {*site.origins, public_origin}:
        raise ForeignReturnAddressError("readers are only sent back to the site's own pages")
    return parts._replace(fragment="").geturl()


def token_digest(form: CheckoutForm) -> str:
    """What stands for one showing where its token is too long to be kept."""
    return hashlib.sha256(form.token.encode()).hexdigest()[:DIGEST_CHARACTERS]


def attempt_key(form: CheckoutForm, amount: Money) -> str:
    """What makes two clicks the same attempt: the token of one showing, and the same choice."""
    choice = (
        form.interval.value,
        str(amount.amount_minor),
        amount.currency,
        str(form.is_anonymous),
        form.message or "",
    )
    text = "\x1f".join((form.token, *choice))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]
