"""What a refund means, told before it is made: what the supporter gets, what it costs, and which mail goes out."""

from dataclasses import dataclass

from service.console.screens.money import words
from service.contributions.checkout.typed_amount import typed_amount
from service.contributions.timeline.history import Payment
from service.errors import InvalidAmountError
from service.money import Money


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """A refund that a person is about to make: a part of a payment, or all that is left of it."""

    payment: Payment
    amount: Money

    @property
    def is_full(self) -> bool:
        """Whether nothing of the payment is left afterwards."""
        return self.left_minor == 0

    @property
    def left_minor(self) -> int:
        """What of the payment is left afterwards, in minor units."""
        return self.payment.left_minor - self.amount.amount_minor


def half_of(payment: Payment) -> Money | None:
    """Return half of a payment, rounded down, or None if no more than that is left of it."""
    half = payment.amount.amount_minor // 2
    return Money(half, payment.amount.currency) if 0 < half < payment.left_minor else None


def is_refundable(payment: Payment) -> bool:
    """Return whether something of a payment is left to refund."""
    return payment.status == "succeeded" and payment.left_minor > 0


def plan_refund(payment: Payment, typed: str) -> RefundPlan:
    """Return the plan for the amount that a person typed; an empty text means all that is left.

    Raise InvalidAmountError if the text is no amount, or if it is more than what is left.
    """
    currency = payment.amount.currency
    left = Money(payment.left_minor, currency)
    if not typed.strip():
        return RefundPlan(payment, left)
    amount = typed_amount(typed, currency)
    if amount.amount_minor > left.amount_minor:
        raise InvalidAmountError(f"only {words.money(left)} of this payment is left to refund")
    return RefundPlan(payment, amount)


def consequences(plan: RefundPlan, email: str | None, second_person: str | None) -> tuple[str, ...]:
    """Return sentences that say what the refund does.

    `second_person` says why another person must agree, or is None if the refund needs no agreement.
    """
    amount = words.money(plan.amount)
    left = words.amount(plan.left_minor, plan.amount.currency)
    rest = (
        "Nothing of the payment is left afterwards." if plan.is_full else f"{left} of the payment is left afterwards."
    )
    fee = plan.payment.fee
    cost = f"Stripe keeps its fee of {words.money(fee)} for this payment." if fee else "Stripe keeps its fee."
    mail = (
        f"When Stripe has made the refund, a mail about it goes to {email}."
        if email
        else "No mail goes out, because no address of the supporter is known."
    )
    return (
        f"The supporter gets {amount} back on the card or account that paid, usually within 5 to 10 days. {rest}",
        f"It costs you {amount} of your Stripe balance. {cost}",
        mail,
        second_person or "No second person has to agree.",
        "A refund cannot be taken back.",
    )


def told(plan: RefundPlan, status: str, email: str | None) -> str:
    """Return the sentence about a refund that was made, for the status that Stripe gave it."""
    amount, left = words.money(plan.amount), words.amount(plan.left_minor, plan.amount.currency)
    done = f"{amount} is refunded." if status == "succeeded" else f"Stripe accepted the refund of {amount}."
    mail = f" A mail about it goes to {email}." if email else ""
    return f"{done} {left} of the payment is left.{mail}"
