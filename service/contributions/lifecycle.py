"""Compute a contribution's lifecycle from its facts. The order in which facts arrived does not matter."""

from dataclasses import replace
from datetime import datetime

from service.contributions.contribution import ContributionState, Lifecycle
from service.money import Money
from service.stripe_facts.contribution_facts import ContributionFacts, SubscriptionState

_KEPT_REFUNDS = frozenset({"pending", "requires_action", "succeeded"})
_UNPAID_INVOICES = frozenset({"open", "uncollectible"})
_STOPPED_INTENTS = frozenset({"requires_payment_method", "canceled"})
_PAID_SESSIONS = frozenset({"paid", "no_payment_required"})
_ENDED_SUBSCRIPTIONS = frozenset({"canceled", "incomplete_expired"})
_BY_SUBSCRIPTION_STATUS = {
    "trialing": ContributionState.ACTIVE,
    "active": ContributionState.ACTIVE,
    "past_due": ContributionState.PAST_DUE,
    "unpaid": ContributionState.PAST_DUE,
    "paused": ContributionState.PAUSED,
    "canceled": ContributionState.CANCELED,
    "incomplete_expired": ContributionState.EXPIRED,
}
_UNPAID = frozenset({ContributionState.ATTEMPTED, ContributionState.FAILED, ContributionState.EXPIRED})
# A closed inquiry and a prevented dispute never move money.
_HARMLESS_DISPUTES = frozenset({"warning_closed", "prevented"})


def fold_lifecycle(facts: ContributionFacts) -> Lifecycle:
    """Return the lifecycle that follows from all facts of a contribution."""
    subscription = _current(facts.subscriptions)
    paid = [charge for charge in facts.charges if charge.status == "succeeded" and charge.is_captured]
    lifecycle = Lifecycle(
        state=_recurring_state(subscription, facts) if subscription else _one_off_state(facts),
        paid_minor=sum(charge.amount_captured_minor for charge in paid),
        refunded_minor=_refunded_minor(facts),
        paid_count=len(paid),
        dispute_status=_dispute_status(facts),
        first_paid_at=min((charge.created_at for charge in paid), default=None),
        customer_id=_customer_id(facts),
        payment_intent_id=facts.intents[-1].id if facts.intents else None,
    )
    return _with_subscription(lifecycle, subscription) if subscription else lifecycle


def failing_since(facts: ContributionFacts) -> datetime | None:
    """Return when a past due contribution began to fail: the date of its first invoice that is still unpaid.

    Without such an invoice the last declined charge counts. Return None if there is neither.
    """
    since: datetime | None = None
    for invoice in facts.invoices:
        if invoice.status == "paid":
            since = None
        elif invoice.status in _UNPAID_INVOICES and since is None:
            since = invoice.created_at
    declined = (charge.created_at for charge in facts.charges if charge.status == "failed")
    return since or max(declined, default=None)


def is_money_gone(facts: ContributionFacts) -> bool:
    """Return whether everything that was paid went back, by refunds or by lost disputes."""
    lost = sum(dispute.amount_minor for dispute in facts.disputes if dispute.status == "lost")
    return 0 < _captured_minor(facts) <= _refunded_minor(facts) + lost


def _with_subscription(lifecycle: Lifecycle, subscription: SubscriptionState) -> Lifecycle:
    recurring = Money(subscription.amount_minor, subscription.currency) if subscription.currency else None
    return replace(
        lifecycle,
        customer_id=subscription.customer_id or lifecycle.customer_id,
        subscription_id=subscription.id,
        recurring=recurring,
        paid_until=subscription.current_period_ends_at,
        ends_at=_ends_at(subscription),
        ended_at=subscription.ended_at,
    )


def _current(subscriptions: tuple[SubscriptionState, ...]) -> SubscriptionState | None:
    """Return the newest subscription that has not ended, else the newest of all."""
    if not subscriptions:
        return None
    running = [subscription for subscription in subscriptions if subscription.status not in _ENDED_SUBSCRIPTIONS]
    return (running or subscriptions)[-1]


def _recurring_state(subscription: SubscriptionState, facts: ContributionFacts) -> ContributionState:
    if subscription.status == "incomplete":
        # Until the first payment succeeds, the state is that of a one-off contribution: attempted, pending or failed.
        first = _one_off_state(facts)
        return first if first in _UNPAID else ContributionState.PENDING
    state = _BY_SUBSCRIPTION_STATUS.get(subscription.status, ContributionState.ACTIVE)
    if state is not ContributionState.ACTIVE:
        return state
    if subscription.pause_behavior is not None:
        return ContributionState.PAUSED
    return ContributionState.CANCELING if _ends_at(subscription) is not None else ContributionState.ACTIVE


def _ends_at(subscription: SubscriptionState) -> datetime | None:
    if subscription.cancel_at is not None or not subscription.is_cancel_at_period_end:
        return subscription.cancel_at
    return subscription.current_period_ends_at


def _one_off_state(facts: ContributionFacts) -> ContributionState:
    """Return the state from captured money, else from pending money, else from the visits to the hosted page."""
    captured = _captured_minor(facts)
    if captured > 0:
        is_refunded = _refunded_minor(facts) >= captured
        return ContributionState.REFUNDED if is_refunded else ContributionState.COMPLETE
    if any(intent.status == "succeeded" for intent in facts.intents) or _is_paid_session(facts):
        return ContributionState.COMPLETE
    if _is_pending(facts):
        return ContributionState.PENDING
    if any(session.status == "complete" for session in facts.sessions):
        return ContributionState.FAILED if _has_stopped(facts) else ContributionState.PENDING
    if any(session.status == "open" for session in facts.sessions):
        return ContributionState.ATTEMPTED
    if facts.sessions:
        return ContributionState.EXPIRED
    # Stripe reports a session only when it ends. Before that, the reader may try another card after a declined one.
    is_canceled = bool(facts.intents) and facts.intents[-1].status == "canceled"
    return ContributionState.FAILED if is_canceled else ContributionState.ATTEMPTED


def _is_paid_session(facts: ContributionFacts) -> bool:
    return any(session.status == "complete" and session.payment_status in _PAID_SESSIONS for session in facts.sessions)


def _is_pending(facts: ContributionFacts) -> bool:
    return any(intent.status in {"processing", "requires_capture"} for intent in facts.intents) or any(
        charge.status == "pending" for charge in facts.charges
    )


def _has_stopped(facts: ContributionFacts) -> bool:
    """Return whether the last attempt to take money failed or was cancelled."""
    if facts.intents:
        return facts.intents[-1].status in _STOPPED_INTENTS
    return bool(facts.charges) and facts.charges[-1].status == "failed"


def _captured_minor(facts: ContributionFacts) -> int:
    return sum(charge.amount_captured_minor for charge in facts.charges if charge.status == "succeeded")


def _refunded_minor(facts: ContributionFacts) -> int:
    return sum(refund.amount_minor for refund in facts.refunds if refund.status in _KEPT_REFUNDS)


def _dispute_status(facts: ContributionFacts) -> str | None:
    """Return the status of the newest dispute that may move money, or None."""
    statuses = [dispute.status for dispute in facts.disputes if dispute.status not in _HARMLESS_DISPUTES]
    return statuses[-1] if statuses else None


def _customer_id(facts: ContributionFacts) -> str | None:
    """Return the customer of the newest session, else of the newest intent, else of the newest charge."""
    customer_ids = [
        *(charge.customer_id for charge in facts.charges),
        *(intent.customer_id for intent in facts.intents),
        *(session.customer_id for session in facts.sessions),
    ]
    return next((customer_id for customer_id in reversed(customer_ids) if customer_id is not None), None)
