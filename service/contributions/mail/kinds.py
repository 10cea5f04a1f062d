"""Decide which mail a contribution's facts call for. A mail's key names its cause, so that it is sent only once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.contributions.contribution import ContributionState, Lifecycle
from service.stripe_facts.contribution_facts import ContributionFacts, SubscriptionState

# If a change is found late (after an outage, a restore or a rebuild), a mail about it would only confuse the reader.
# What counts is when it happened, not when the object was created: a bank debit or a refund can fail weeks later.
HORIZON = timedelta(days=14)
# Stripe retries an invoice for up to two months, so its age says little about when it last failed.
INVOICE_HORIZON = timedelta(days=75)
# A yearly contributor may have forgotten. Stripe announces a renewal as early as its settings say, at most this early.
NOTICE = timedelta(days=45)
_STOPPED_INTENTS = frozenset({"requires_payment_method", "canceled"})
_LOST_TO_STRIPE = frozenset({"failed", "canceled"})


class MailKind(StrEnum):
    """The kinds of mail: first those to contributors, then those to staff. Stripe sends the receipts."""

    PAYMENT_PENDING = "payment_pending"
    PAYMENT_FAILED = "payment_failed"
    RENEWAL_COMING = "renewal_coming"
    RENEWAL_FAILED = "renewal_failed"
    ACTION_NEEDED = "action_needed"
    CANCEL_CONFIRMED = "cancel_confirmed"
    ENDED = "ended"
    REFUNDED = "refunded"
    PORTAL_LINK = "portal_link"

    DISPUTE_OPENED = "dispute_opened"
    REFUND_FAILED = "refund_failed"
    FRAUD_WARNING = "fraud_warning"
    INVOICE_STUCK = "invoice_stuck"
    MANDATE_LAPSED = "mandate_lapsed"
    PAYOUT_FAILED = "payout_failed"


STAFF_KINDS = frozenset(
    {
        MailKind.DISPUTE_OPENED,
        MailKind.REFUND_FAILED,
        MailKind.FRAUD_WARNING,
        MailKind.INVOICE_STUCK,
        MailKind.MANDATE_LAPSED,
        MailKind.PAYOUT_FAILED,
    }
)
_OF_INVOICES = frozenset({MailKind.RENEWAL_FAILED, MailKind.ACTION_NEEDED, MailKind.INVOICE_STUCK})
_ENDED_SUBSCRIPTIONS = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True, slots=True)
class DueMail:
    """A mail to send. `key` is unique for its cause; `subject_id` is the id of the Stripe object it is about.

    `contribution_id` is empty if the mail is not about a single contribution.
    """

    key: str
    kind: MailKind
    contribution_id: str
    caused_at: datetime
    subject_id: str | None = None


def mails_for(
    contribution_id: str, lifecycle: Lifecycle, facts: ContributionFacts, now: datetime
) -> tuple[DueMail, ...]:
    """Return the recent mails that these facts call for. The outbox drops those it already has, by their key."""
    found = (
        *_of_payments(contribution_id, lifecycle, facts),
        *_of_invoices(contribution_id, facts),
        *(
            mail
            for subscription in facts.subscriptions
            for mail in _of_subscription(contribution_id, subscription, now)
        ),
        *_of_reversals(contribution_id, facts),
    )
    return tuple(mail for mail in found if is_recent(mail, now))


def is_recent(mail: DueMail, now: datetime) -> bool:
    """Return whether a mail's cause is recent enough to send it."""
    return now - mail.caused_at < (INVOICE_HORIZON if mail.kind in _OF_INVOICES else HORIZON)


def _of_payments(contribution_id: str, lifecycle: Lifecycle, facts: ContributionFacts) -> Iterator[DueMail]:
    """A bank debit takes days: one mail says that it is pending, another that it failed."""
    reported = [session.changed_at for session in facts.sessions]
    stopped = [intent.changed_at for intent in facts.intents if intent.status in _STOPPED_INTENTS]
    declined = [charge.changed_at for charge in facts.charges if charge.status == "failed"]
    failed_at = max((changed_at for changed_at in (*reported, *stopped, *declined) if changed_at), default=None)
    for session in facts.sessions:
        if session.status != "complete" or session.payment_status != "unpaid":
            continue
        if lifecycle.state is ContributionState.PENDING:
            key = f"{MailKind.PAYMENT_PENDING}:{session.id}"
            yield DueMail(key, MailKind.PAYMENT_PENDING, contribution_id, session.created_at, session.id)
        if lifecycle.state is ContributionState.FAILED:
            key = f"{MailKind.PAYMENT_FAILED}:{session.id}"
            yield DueMail(key, MailKind.PAYMENT_FAILED, contribution_id, failed_at or session.created_at, session.id)


def _of_invoices(contribution_id: str, facts: ContributionFacts) -> Iterator[DueMail]:
    """A renewal failed, or the contributor has to confirm it with their bank: a mail for each attempt.

    Contributors who left get no such mail, although Stripe may go on trying an invoice that is still open.
    """
    left = {subscription.id for subscription in facts.subscriptions if _has_left(subscription)}
    needs_confirmation = bool(facts.intents) and facts.intents[-1].needs_contributor
    for invoice in facts.invoices:
        # If the first invoice fails, the reader sees it on the hosted page.
        is_renewal = invoice.billing_reason != "subscription_create"
        is_failing = invoice.status == "open" and invoice.attempt_count > 0
        if not is_renewal or not is_failing or invoice.subscription_id in left:
            continue
        kind = MailKind.ACTION_NEEDED if needs_confirmation else MailKind.RENEWAL_FAILED
        key = f"{kind}:{invoice.id}:{invoice.attempt_count}"
        yield DueMail(key, kind, contribution_id, invoice.created_at, invoice.id)


def _has_left(subscription: SubscriptionState) -> bool:
    """Return whether a subscription has ended, or will end because somebody cancelled it."""
    is_cancelled = _is_ending(subscription) and subscription.canceled_at is not None
    return subscription.status in _ENDED_SUBSCRIPTIONS or is_cancelled


def _is_ending(subscription: SubscriptionState) -> bool:
    return subscription.is_cancel_at_period_end or subscription.cancel_at is not None


def _of_subscription(contribution_id: str, subscription: SubscriptionState, now: datetime) -> Iterator[DueMail]:
    is_running = subscription.status in {"active", "trialing", "past_due"}
    is_ending = _is_ending(subscription)
    if is_running and is_ending and subscription.canceled_at is not None:
        canceled_at = int(subscription.canceled_at.timestamp())
        key = f"{MailKind.CANCEL_CONFIRMED}:{subscription.id}:{canceled_at}"
        yield DueMail(key, MailKind.CANCEL_CONFIRMED, contribution_id, subscription.canceled_at, subscription.id)
    if subscription.status == "canceled" and subscription.ended_at is not None:
        key = f"{MailKind.ENDED}:{subscription.id}"
        yield DueMail(key, MailKind.ENDED, contribution_id, subscription.ended_at, subscription.id)
    renews_at = subscription.current_period_ends_at
    if renews_at is not None and not is_ending and _is_yearly(subscription) and timedelta() < renews_at - now <= NOTICE:
        key = f"{MailKind.RENEWAL_COMING}:{subscription.id}:{int(renews_at.timestamp())}"
        yield DueMail(key, MailKind.RENEWAL_COMING, contribution_id, now, subscription.id)


def _is_yearly(subscription: SubscriptionState) -> bool:
    is_collecting = subscription.status == "active" and subscription.pause_behavior is None
    return is_collecting and subscription.price_interval == "year"


def _of_reversals(contribution_id: str, facts: ContributionFacts) -> Iterator[DueMail]:
    for refund in facts.refunds:
        changed_at = refund.changed_at or refund.created_at
        if refund.status == "succeeded":
            key = f"{MailKind.REFUNDED}:{refund.id}"
            yield DueMail(key, MailKind.REFUNDED, contribution_id, changed_at, refund.id)
        if refund.status in _LOST_TO_STRIPE:
            key = f"{MailKind.REFUND_FAILED}:{refund.id}"
            yield DueMail(key, MailKind.REFUND_FAILED, contribution_id, changed_at, refund.id)
    for dispute in facts.disputes:
        key = f"{MailKind.DISPUTE_OPENED}:{dispute.id}"
        yield DueMail(key, MailKind.DISPUTE_OPENED, contribution_id, dispute.created_at, dispute.id)
