"""Whose money a payment is, where only the invoice it pays can say."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.stripe_gateway.facts import ContributionMark, Invoice
from service.stripe_gateway.fetched import Fact


@dataclass(frozen=True, slots=True)
class BehindPayment:
    """Whose money a payment is, when the payment itself does not say: its invoice's subscription does."""

    mark: ContributionMark | None = None
    invoice_id: str | None = None
    subscription_id: str | None = None


def behind_payment(facts: Iterable[Fact]) -> BehindPayment:
    """What the last invoice among these facts says."""
    invoices = [fact for fact in facts if isinstance(fact, Invoice)]
    if not invoices:
        return BehindPayment()
    last = invoices[-1]
    return BehindPayment(mark=last.contribution, invoice_id=last.id, subscription_id=last.subscription_id)
