"""Tell the history of a contribution as a timeline of sentences, the oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise

from service.contributions.mail.kinds import STAFF_KINDS
from service.contributions.timeline.history import (
    ContributionHistory,
    PastDispute,
    PastMail,
    PastRefund,
    PastSubscription,
    Payment,
)
from service.contributions.timeline.words import (
    CANCELLATIONS,
    DISPUTE_REASONS,
    FAILURES,
    FEEDBACK,
    MAILS,
    METHODS,
    in_words,
)
from service.money import Interval, Money
from service.pages.language import language

_EVERY = {Interval.ONE_OFF: "once", Interval.MONTH: "every month", Interval.YEAR: "every year"}
_ENGLISH = language("en")


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened. `object_id` is the Stripe object it is about, whose numbers can be explained."""

    at: datetime
    text: str
    object_id: str | None = None
    is_problem: bool = False


def timeline(history: ContributionHistory, zone: tzinfo = UTC) -> tuple[TimelineEvent, ...]:
    """Return what happened, the oldest first. Times in sentences are in `zone`."""
    events = (
        *_beginning(history),
        *(event for payment in history.payments for event in _of_payment(payment, history)),
        *_changed_amounts(history),
        *(event for refund in history.refunds for event in _of_refund(refund)),
        *(event for dispute in history.disputes for event in _of_dispute(dispute, zone)),
        *(event for subscription in history.subscriptions for event in _of_subscription(subscription)),
        *(_of_mail(mail) for mail in history.mails),
        *_of_links(history),
    )
    return tuple(sorted(events, key=lambda event: event.at))


def amount_in_words(money: Money) -> str:
    """Return an amount as people write it in English, such as `€12.50`."""
    return _ENGLISH.amount(money)


def _beginning(history: ContributionHistory) -> Iterator[TimelineEvent]:
    asked = f"{amount_in_words(history.asked)} {_EVERY[history.interval]}"
    through = f" through the campaign {history.campaign}" if history.campaign else ""
    page = f" on {history.page_id}" if history.page_id else ""
    yield TimelineEvent(history.started_at, f"Began to pay {asked}{through}{page}.")
    if history.checkout_expired_at is not None:
        yield TimelineEvent(history.checkout_expired_at, "The payment page expired without a payment.")
    if history.forgotten_at is not None:
        text = "The personal data of the supporter was erased. Amounts and dates stay in the books."
        yield TimelineEvent(history.forgotten_at, text)


def _of_payment(payment: Payment, history: ContributionHistory) -> Iterator[TimelineEvent]:
    amount = amount_in_words(payment.amount)
    paid_before = any(
        earlier.status == "succeeded" and earlier.created_at < payment.created_at for earlier in history.payments
    )
    what = "Renewal" if history.interval is not Interval.ONE_OFF and paid_before else "Payment"
    by = _by_method(payment)
    if payment.status == "failed":
        why = in_words(FAILURES, payment.failure_code) or "the bank gave no reason"
        text = f"{what} of {amount}{by} failed: {why}."
        yield TimelineEvent(payment.settled_at or payment.created_at, text, payment.id, is_problem=True)
    elif payment.status == "pending":
        yield TimelineEvent(payment.created_at, f"{what} of {amount}{by} is on its way.", payment.id)
    else:
        cost = f" Stripe's fee was {amount_in_words(payment.fee)}." if payment.fee and payment.fee.amount_minor else ""
        yield TimelineEvent(payment.settled_at or payment.created_at, f"{what} of {amount}{by}.{cost}", payment.id)


def _by_method(payment: Payment) -> str:
    if payment.card_last4:
        return f" by {in_words({}, payment.card_brand).capitalize() or 'card'} card ending in {payment.card_last4}"
    return f" by {in_words(METHODS, payment.method)}" if payment.method else ""


def _changed_amounts(history: ContributionHistory) -> Iterator[TimelineEvent]:
    """Yield where a recurring contribution's payments changed their amount."""
    if history.interval is Interval.ONE_OFF:
        return
    paid = [payment for payment in history.payments if payment.status == "succeeded"]
    for before, after in pairwise(paid):
        if before.amount != after.amount:
            text = f"The amount changed from {amount_in_words(before.amount)} to {amount_in_words(after.amount)}."
            yield TimelineEvent(after.created_at, text)


def _of_refund(refund: PastRefund) -> Iterator[TimelineEvent]:
    amount = amount_in_words(refund.amount)
    by = f" by {refund.requested_by}" if refund.requested_by else " at Stripe"
    yield TimelineEvent(refund.created_at, f"Refund of {amount}{by}.", refund.id)
    settled_at = refund.settled_at or refund.created_at
    if refund.status == "failed":
        why = f": {in_words({}, refund.failure_reason)}" if refund.failure_reason else ""
        text = f"The refund of {amount} failed{why}. The money is owed to the supporter."
        yield TimelineEvent(settled_at, text, refund.id, is_problem=True)
    elif refund.status == "canceled":
        yield TimelineEvent(settled_at, f"The refund of {amount} was cancelled.", refund.id)
    elif refund.status in {"pending", "requires_action"}:
        yield TimelineEvent(settled_at, f"The refund of {amount} is on its way.", refund.id)


def _of_dispute(dispute: PastDispute, zone: tzinfo) -> Iterator[TimelineEvent]:
    amount = amount_in_words(dispute.amount)
    why = in_words(DISPUTE_REASONS, dispute.reason)
    because = f": {why}" if why else ""
    due_at = dispute.evidence_due_at.astimezone(zone) if dispute.evidence_due_at and _is_open(dispute) else None
    due = f" Answer it in Stripe's dashboard until {due_at:%d %B %Y %H:%M}." if due_at else ""
    yield TimelineEvent(
        dispute.created_at, f"The bank disputed {amount}{because}.{due}", dispute.id, is_problem=bool(due)
    )
    ends = {
        "won": f"The dispute was won: {amount} came back.",
        "lost": f"The dispute was lost: {amount} is gone.",
        "warning_closed": "The bank closed its inquiry. No money moved.",
        "prevented": "The dispute was prevented by a refund.",
    }
    if dispute.status in ends:
        yield TimelineEvent(dispute.settled_at or dispute.created_at, ends[dispute.status], dispute.id)


def _is_open(dispute: PastDispute) -> bool:
    return dispute.status in {"needs_response", "warning_needs_response"} and dispute.evidence_due_at is not None


def _of_subscription(subscription: PastSubscription) -> Iterator[TimelineEvent]:
    why = in_words(CANCELLATIONS, subscription.cancellation_reason)
    feedback = in_words(FEEDBACK, subscription.cancellation_feedback)
    reasons = "; ".join(filter(None, (why, feedback)))
    because = f" ({reasons})" if reasons else ""
    if subscription.canceled_at is not None:
        ends = f" with effect from {subscription.cancel_at:%d %B %Y}" if subscription.cancel_at else ""
        yield TimelineEvent(subscription.canceled_at, f"Cancelled{ends}{because}.", subscription.id)
    if subscription.ended_at is not None:
        yield TimelineEvent(subscription.ended_at, "The contribution ended. Nothing is taken any more.")


def _of_mail(mail: PastMail) -> TimelineEvent:
    about = in_words(MAILS, mail.kind)
    whose = "your newsroom" if mail.kind in STAFF_KINDS else "the supporter"
    outcomes = {
        "sent": f"Mail sent to {whose} {about}.",
        "waiting": f"Mail to {whose} {about} waits to be sent.",
        "sending": f"Mail to {whose} {about} may have been sent: the process ended while sending.",
        "dropped": f"Mail to {whose} {about} was not needed any more.",
        "dead": f"Mail to {whose} {about} could not be sent: {mail.last_error}.",
    }
    return TimelineEvent(mail.at, outcomes[mail.status], is_problem=mail.status == "dead")


def _of_links(history: ContributionHistory) -> Iterator[TimelineEvent]:
    for link in history.links:
        if link.used_at is not None:
            yield TimelineEvent(link.used_at, "The supporter opened the page for managing the contribution.")
