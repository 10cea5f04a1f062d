"""Which mail a contribution's facts call for. Each has a key made of its cause, so that it is written once, ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.contributions.contribution import ContributionState, Life
from service.stripe_events.contribution_facts import ContributionFacts, SubscriptionState

# A cause found late (after an outage, a restore, a rebuild) is not worth a mail that nobody would understand any more.
HORIZON = timedelta(days=14)
# An invoice is retried for up to two months; its age says little about when it last failed.
INVOICE_HORIZON = timedelta(days=75)
_LOST_TO_STRIPE = frozenset({"failed", "canceled"})


class MailKind(StrEnum):
    """Receipts are Stripe's. The first group goes to contributors, the second to staff."""

    PAYMENT_PENDING = "payment_pending"
    PAYMENT_FAILED = "payment_failed"
    RENEWAL_FAILED = "renewal_failed"
    CANCEL_CONFIRMED = "cancel_confirmed"
    ENDED = "ended"
    REFUNDED = "refunded"
    PORTAL_LINK = "portal_link"

    DISPUTE_OPENED = "dispute_opened"
    REFUND_FAILED = "refund_failed"
    FRAUD_WARNING = "fraud_warning"


STAFF_KINDS = frozenset({MailKind.DISPUTE_OPENED, MailKind.REFUND_FAILED, MailKind.FRAUD_WARNING})


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail to write. `key` is unique for its cause; `subject_id` is the object it is about."""

    key: str
    kind: MailKind
    contribution_id: str
    caused_at: datetime
    subject_id: str | None = None


def mails_for(contribution_id: str, life: Life, facts: ContributionFacts, now: datetime) -> tuple[DueMail, ...]:
    """Every mail these facts call for that is not too old; those already written are told apart by their key."""
    found = (*_of_payments(contribution_id, life, facts), *_of_subscriptions(contribution_id, facts))
    return tuple(
        mail
        for mail in (*found, *_of_reversals(contribution_id, facts))
        if now - mail.caused_at < (INVOICE_HORIZON if mail.kind is MailKind.RENEWAL_FAILED else HORIZON)
    )


def _of_payments(contribution_id: str, life: Life, facts: ContributionFacts) -> Iterator[DueMail]:
    """A bank debit takes days: say that it is under way, and if it fails, that it did."""
    for session in facts.sessions:
        if session.status != "complete" or session.payment_status != "unpaid":
            continue
        if life.state is ContributionState.PENDING:
            key = f"{MailKind.PAYMENT_PENDING}:{session.id}"
            yield DueMail(key, MailKind.PAYMENT_PENDING, contribution_id, session.created_at, session.id)
        if life.state is ContributionState.FAILED:
            key = f"{MailKind.PAYMENT_FAILED}:{session.id}"
            yield DueMail(key, MailKind.PAYMENT_FAILED, contribution_id, session.created_at, session.id)


def _of_subscriptions(contribution_id: str, facts: ContributionFacts) -> Iterator[DueMail]:
    for invoice in facts.invoices:
        # The first invoice fails on the hosted page, before the reader's eyes.
        is_renewal = invoice.billing_reason != "subscription_create"
        if is_renewal and invoice.status == "open" and invoice.attempt_count > 0:
            key = f"{MailKind.RENEWAL_FAILED}:{invoice.id}:{invoice.attempt_count}"
            yield DueMail(key, MailKind.RENEWAL_FAILED, contribution_id, invoice.created_at, invoice.id)
    for subscription in facts.subscriptions:
        yield from _of_subscription(contribution_id, subscription)


def _of_subscription(contribution_id: str, subscription: SubscriptionState) -> Iterator[DueMail]:
    is_living = subscription.status in {"active", "trialing", "past_due"}
    is_leaving = subscription.is_cancel_at_period_end or subscription.cancel_at is not None
    if is_living and is_leaving and subscription.canceled_at is not None:
        asked_at = int(subscription.canceled_at.timestamp())
        key = f"{MailKind.CANCEL_CONFIRMED}:{subscription.id}:{asked_at}"
        yield DueMail(key, MailKind.CANCEL_CONFIRMED, contribution_id, subscription.canceled_at, subscription.id)
    if subscription.status == "canceled" and subscription.ended_at is not None:
        key = f"{MailKind.ENDED}:{subscription.id}"
        yield DueMail(key, MailKind.ENDED, contribution_id, subscription.ended_at, subscription.id)


def _of_reversals(contribution_id: str, facts: ContributionFacts) -> Iterator[DueMail]:
    for refund in facts.refunds:
        if refund.status == "succeeded":
            key = f"{MailKind.REFUNDED}:{refund.id}"
            yield DueMail(key, MailKind.REFUNDED, contribution_id, refund.created_at, refund.id)
        if refund.status in _LOST_TO_STRIPE:
            key = f"{MailKind.REFUND_FAILED}:{refund.id}"
            yield DueMail(key, MailKind.REFUND_FAILED, contribution_id, refund.created_at, refund.id)
    for dispute in facts.disputes:
        key = f"{MailKind.DISPUTE_OPENED}:{dispute.id}"
        yield DueMail(key, MailKind.DISPUTE_OPENED, contribution_id, dispute.created_at, dispute.id)
