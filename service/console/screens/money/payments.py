"""The payments of a contribution in words: their state, what paid them, and what is left of them."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from service.console.screens.money import words
from service.console.screens.money.refund import is_refundable
from service.console.tables import Badge
from service.contributions.timeline.history import Payment
from service.contributions.timeline.words import FAILURES, METHODS, in_words


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment as the page of its contribution lists it."""

    payment: Payment
    state: str
    look: Badge

    @property
    def by(self) -> str:
        """What paid, such as `Visa ending in 4242`."""
        payment = self.payment
        if payment.card_last4:
            return f"{in_words({}, payment.card_brand).capitalize() or 'card'} ending in {payment.card_last4}"
        return in_words(METHODS, payment.method) or "–"

    @property
    def failure(self) -> str:
        """Why the payment failed, or nothing."""
        return in_words(FAILURES, self.payment.failure_code) if self.payment.status == "failed" else ""

    @property
    def left(self) -> str:
        """What is left after refunds."""
        return words.amount(self.payment.left_minor, self.payment.amount.currency)

    @property
    def refunded(self) -> str:
        """What was refunded, or a dash."""
        minor = self.payment.refunded_minor
        return words.amount(minor, self.payment.amount.currency) if minor else "–"

    @property
    def is_refundable(self) -> bool:
        """Whether something is left to refund."""
        return is_refundable(self.payment)

    @property
    def is_paid(self) -> bool:
        """Whether the payment succeeded, so that it has a receipt."""
        return self.payment.status == "succeeded"

    def name(self, zone: ZoneInfo) -> str:
        """Return what people call the payment, such as `€25.00 of 26 October 2026`."""
        return f"{words.money(self.payment.amount)} of {self.day(zone)}"

    def day(self, zone: ZoneInfo) -> str:
        """Return the day of the payment, such as `26 October 2026`."""
        at = self.payment.created_at.astimezone(zone)
        return f"{at.day} {at:%B %Y}"


def payment_line(payment: Payment) -> PaymentLine:
    """Return a payment in words."""
    if payment.status == "failed":
        return PaymentLine(payment, "failed", Badge.OVER)
    if payment.status == "pending":
        return PaymentLine(payment, "on its way", Badge.WAITS)
    if payment.is_disputed:
        return PaymentLine(payment, "disputed", Badge.WAITS)
    if payment.refunded_minor:
        return PaymentLine(payment, "partly refunded" if payment.left_minor > 0 else "refunded", Badge.OVER)
    return PaymentLine(payment, "paid", Badge.DONE)
