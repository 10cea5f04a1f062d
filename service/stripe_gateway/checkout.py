"""The request for a hosted Checkout Session, in which a reader pays a contribution."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.money import Interval, Money
from service.stripe_gateway.facts import ContributionMark
from service.stripe_gateway.marks import mark_metadata

# Languages of the hosted page: https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-locale
STRIPE_LOCALES = frozenset(
    {
        "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr",
        "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru",
        "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """An attempt to contribute. Sending the request again for the same contribution returns the same session.

    Stripe requires `expires_at` to be 30 minutes to 24 hours after creation. It replaces `{CHECKOUT_SESSION_ID}` in
    `success_url` by the session's id.
    """

    mark: ContributionMark
    amount: Money
    product_name: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    locale: str | None = None
    customer_id: str | None = None

    @property
    def idempotency_key(self) -> str:
        return f"keepopen-checkout-{self.mark.contribution_id}"


def session_parameters(request: CheckoutRequest) -> dict[str, Any]:
    """Return the parameters of `POST /v1/checkout/sessions` at the pinned API version."""
    metadata = mark_metadata(request.mark)
    price: dict[str, Any] = {
        "currency": request.amount.currency.lower(),
        "unit_amount": request.amount.amount_minor,
        "product_data": {"name": request.product_name},
    }
    parameters: dict[str, Any] = {
        "ui_mode": "hosted_page",
        "client_reference_id": request.mark.contribution_id,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
        "expires_at": int(request.expires_at.timestamp()),
        "metadata": metadata,
        "line_items": [{"quantity": 1, "price_data": price}],
    }
    if request.locale is not None:
        parameters["locale"] = request.locale
    if request.customer_id is not None:
        parameters["customer"] = request.customer_id
    if request.mark.interval is Interval.ONE_OFF:
        parameters |= {"mode": "payment", "submit_type": "donate", "payment_intent_data": {"metadata": metadata}}
    else:
        price["recurring"] = {"interval": request.mark.interval.value}
        parameters |= {"mode": "subscription", "subscription_data": {"metadata": metadata}}
    return parameters


def stripe_locale(language: str) -> str | None:
    """Return Stripe's tag for a language such as `pt-br`, or for its base language.

    Return None if Stripe has neither. Stripe then follows the browser's language.
    """
    base, _, region = language.partition("-")
    for tag in (f"{base.lower()}-{region.upper()}", base.lower()):
        if tag in STRIPE_LOCALES:
            return tag
    return None
