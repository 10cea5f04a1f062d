"""Find out which contribution a payment belongs to if only the invoice that it pays can say so."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.stripe_gateway.facts import ContributionMark, Invoice
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
