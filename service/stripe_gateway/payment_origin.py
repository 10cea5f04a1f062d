"""Find out which contribution a payment belongs to if only the invoice that it pays can say so."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.stripe_gateway.billed_interval import interval_of_price
from service.stripe_gateway.facts import ContributionMark, Invoice, Subscription
from service.stripe_gateway.fetched import Fact


@dataclass(frozen=True, slots=True)
class PaymentOrigin:
    """The contribution, invoice and subscription that a payment belongs to, as far as they are known."""

    mark: ContributionMark | None = None
    invoice_id: str | None = None
    subscription_id: str | None = None


def origin_from_invoice(facts: Iterable[Fact]) -> PaymentOrigin:
    """Return the origin that the last invoice among these facts names. It is empty if there is no invoice."""
    invoices = [fact for fact in facts if isinstance(fact, Invoice)]
    if not invoices:
        return PaymentOrigin()
    last = invoices[-1]
    return PaymentOrigin(mark=last.contribution, invoice_id=last.id, subscription_id=last.subscription_id)


def billed_mark(invoice: Invoice, subscription: Subscription | None) -> ContributionMark | None:
    """Return the mark of an invoice, or else of its subscription, with the interval that the invoice bills.

    The mark itself has the interval with which the contribution began. If the invoice bills only parts of periods, the
    subscription's present price decides.
    """
    mark = invoice.contribution or (subscription.contribution if subscription else None)
    prices = subscription.items[:1] if subscription else ()
    intervals = [
        invoice.billed_interval,
        *(interval_of_price(price.interval, price.interval_count) for price in prices),
    ]
    interval = next((interval for interval in intervals if interval is not None), None)
    return replace(mark, interval=interval) if mark and interval else mark
