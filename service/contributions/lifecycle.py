"""The life of a contribution as a fold of facts: the same facts give the same life, whatever order they came in."""

from datetime import datetime

from service.contributions.contribution import ContributionState, Life
from service.money import Money
from service.stripe_facts.contribution_facts import ContributionFacts, SubscriptionState

_KEPT_REFUNDS = frozenset({"pending", "requires_action", "succeeded"})
_UNPAID_INVOICES = frozenset({"open", "uncollectible"})
_HALTED_INTENTS = frozenset({"requires_payment_method", "canceled"})
_PAID_SESSIONS = frozenset({"paid", "no_payment_required"})
_OVER = frozenset({"canceled", "incomplete_expired"})
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
# An inquiry moves no money; a prevented or closed one never will.
_HARMLESS_DISPUTES = frozenset({"warning_closed", "prevented"})


def fold_life(facts: ContributionFacts) -> Life:
    """Where the contribution stands by everything Stripe has told so far."""
    subscription = _current(facts.subscriptions)
    paid = [charge for charge in facts.charges if charge.status == "succeeded" and charge.is_captured]
    life = Life(
        state=_recurring_state(subscription, facts) if subscription else _one_off_state(facts),
        paid_minor=sum(charge.amount_captured_minor for charge in paid),
        refunded_minor=_refunded_minor(facts),
        paid_count=len(paid),
        dispute_status=_dispute_status(facts),
        first_paid_at=min((charge.created_at for charge in paid), default=None),
        customer_id=_customer_id(facts),
        payment_intent_id=next((each.id for each in reversed(facts.intents)), None),
    )
    return _with_subscription(life, subscription) if subscription else life


def failing_since(facts: ContributionFacts) -> datetime | None:
    """When the first renewal not paid since was billed, of a contribution that is past due."""
    since: datetime | None = None
    for invoice in facts.invoices:
        if invoice.status == "paid":
            since = None
        elif invoice.status in _UNPAID_INVOICES and since is None:
            since = invoice.created_at
    declined = (charge.created_at for charge in facts.charges if charge.status == "failed")
    return since or max(declined, default=None)


def is_money_gone(facts: ContributionFacts) -> bool:
    """Whether all that was paid went back, by refunds or by disputes that were lost."""
    paid = sum(each.amount_captured_minor for each in facts.charges if each.status == "succeeded")
    lost = sum(dispute.amount_minor for dispute in facts.disputes if dispute.status == "lost")
    return 0 < paid <= _refunded_minor(facts) + lost


def _with_subscription(life: Life, subscription: SubscriptionState) -> Life:
    recurring = Money(subscription.amount_minor, subscription.currency) if subscription.currency else None
    return Life(
        state=life.state,
        paid_minor=life.paid_minor,
        refunded_minor=life.refunded_minor,
        paid_count=life.paid_count,
        dispute_status=life.dispute_status,
        first_paid_at=life.first_paid_at,
        customer_id=subscription.customer_id or life.customer_id,
        payment_intent_id=life.payment_intent_id,
        subscription_id=subscription.id,
        recurring=recurring,
        paid_until=subscription.current_period_ends_at,
        ends_at=_ends_at(subscription),
        ended_at=subscription.ended_at,
    )


def _current(subscriptions: tuple[SubscriptionState, ...]) -> SubscriptionState | None:
    """The subscription that counts: one that lives, else the newest."""
    if not subscriptions:
        return None
    living = [each for each in subscriptions if each.status not in _OVER]
    return (living or subscriptions)[-1]


def _recurring_state(subscription: SubscriptionState, facts: ContributionFacts) -> ContributionState:
    if subscription.status == "incomplete":
        # Until the first payment is through it is a gift like any other: tried, under way, failed.
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
    """Money first, then money on its way, then what became of the visits to the hosted page."""
    captured = sum(each.amount_captured_minor for each in facts.charges if each.status == "succeeded")
    if captured > 0:
        is_refunded = _refunded_minor(facts) >= captured
        return ContributionState.REFUNDED if is_refunded else ContributionState.COMPLETE
    if any(each.status == "succeeded" for each in facts.intents) or _is_paid_session(facts):
        return ContributionState.COMPLETE
    if _is_under_way(facts):
        return ContributionState.PENDING
    if any(each.status == "complete" for each in facts.sessions):
        return ContributionState.FAILED if _has_halted(facts) else ContributionState.PENDING
    if any(each.status == "open" for each in facts.sessions):
        return ContributionState.ATTEMPTED
    if facts.sessions:
        return ContributionState.EXPIRED
    # Stripe tells of a session only when it ends: until then a declined card may be followed by a good one.
    is_given_up = bool(facts.intents) and facts.intents[-1].status == "canceled"
    return ContributionState.FAILED if is_given_up else ContributionState.ATTEMPTED


def _is_paid_session(facts: ContributionFacts) -> bool:
    return any(each.status == "complete" and each.payment_status in _PAID_SESSIONS for each in facts.sessions)


def _is_under_way(facts: ContributionFacts) -> bool:
    return any(each.status in {"processing", "requires_capture"} for each in facts.intents) or any(
        each.status == "pending" for each in facts.charges
    )


def _has_halted(facts: ContributionFacts) -> bool:
    """Whether the last try to take money ended without any."""
    if facts.intents:
        return facts.intents[-1].status in _HALTED_INTENTS
    return bool(facts.charges) and facts.charges[-1].status == "failed"


def _refunded_minor(facts: ContributionFacts) -> int:
    return sum(refund.amount_minor for refund in facts.refunds if refund.status in _KEPT_REFUNDS)


def _dispute_status(facts: ContributionFacts) -> str | None:
    """The status of the newest dispute that matters."""
    mattering = [each.status for each in facts.disputes if each.status not in _HARMLESS_DISPUTES]
    return mattering[-1] if mattering else None


def _customer_id(facts: ContributionFacts) -> str | None:
    told = [
        *(each.customer_id for each in facts.charges),
        *(each.customer_id for each in facts.intents),
        *(each.customer_id for each in facts.sessions),
    ]
    return next((found for found in reversed(told) if found is not None), None)
