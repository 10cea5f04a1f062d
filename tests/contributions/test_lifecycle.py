"""The lifecycle that follows from the facts of a contribution."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.contributions.contribution import ContributionState as State
from service.contributions.lifecycle import fold_lifecycle
from service.stripe_facts.contribution_facts import (
    ChargeState,
    ContributionFacts,
    DisputeState,
    IntentState,
    RefundState,
    SessionState,
    SubscriptionState,
)

AT = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
LATER = datetime(2026, 12, 18, 10, 30, tzinfo=UTC)


def session(status: str = "complete", payment_status: str = "paid") -> SessionState:
    return SessionState("cs_1", status, payment_status, None, None, None, AT)


def charge(status: str = "succeeded", captured: int = 500, charge_id: str = "ch_1") -> ChargeState:
    return ChargeState(charge_id, status, captured > 0, captured, "EUR", AT)


def refund(amount: int = 500, status: str = "succeeded", refund_id: str = "re_1") -> RefundState:
    return RefundState(refund_id, "ch_1", status, amount, AT)


def subscription(status: str = "active", **changes: object) -> SubscriptionState:
    return replace(SubscriptionState("sub_1", status, "cus_1", 1000, "EUR", LATER), **changes)  # type: ignore[arg-type]


ONE_OFF = {
    "no facts yet": (ContributionFacts(), State.ATTEMPTED),
    "page open": (ContributionFacts(sessions=(session("open", "unpaid"),)), State.ATTEMPTED),
    "page open, card declined": (
        ContributionFacts(
            sessions=(session("open", "unpaid"),), intents=(IntentState("pi_1", "requires_payment_method"),),
            charges=(charge("failed", 0),),
        ),
        State.ATTEMPTED,
    ),
    "page expired": (ContributionFacts(sessions=(session("expired", "unpaid"),)), State.EXPIRED),
    "page expired, a later one paid": (
        ContributionFacts(sessions=(session("expired", "unpaid"), session())), State.COMPLETE,
    ),
    "paid": (ContributionFacts(sessions=(session(),), charges=(charge(),)), State.COMPLETE),
    "nothing to pay": (ContributionFacts(sessions=(session(payment_status="no_payment_required"),)), State.COMPLETE),
    "only the session is known": (ContributionFacts(sessions=(session(),)), State.COMPLETE),
    "only the charge is known": (ContributionFacts(charges=(charge(),)), State.COMPLETE),
    "declined, then paid": (
        ContributionFacts(charges=(charge("failed", 0, "ch_0"), charge()), intents=(IntentState("pi_1", "succeeded"),)),
        State.COMPLETE,
    ),
    "bank debit pending": (
        ContributionFacts(
            sessions=(session(payment_status="unpaid"),), intents=(IntentState("pi_1", "processing"),),
            charges=(charge("pending", 0),),
        ),
        State.PENDING,
    ),
    "bank debit, only the session is known": (
        ContributionFacts(sessions=(session(payment_status="unpaid"),)), State.PENDING,
    ),
    "bank debit failed": (
        ContributionFacts(
            sessions=(session(payment_status="unpaid"),), intents=(IntentState("pi_1", "requires_payment_method"),),
            charges=(charge("failed", 0),),
        ),
        State.FAILED,
    ),
    "card declined, the session is not known": (
        ContributionFacts(intents=(IntentState("pi_1", "requires_payment_method"),), charges=(charge("failed", 0),)),
        State.ATTEMPTED,
    ),
    "intent canceled": (ContributionFacts(intents=(IntentState("pi_1", "canceled"),)), State.FAILED),
    "held for review": (ContributionFacts(intents=(IntentState("pi_1", "requires_capture"),)), State.PENDING),
    "refunded in part": (ContributionFacts(charges=(charge(),), refunds=(refund(200),)), State.COMPLETE),
    "refunded in parts, in full": (
        ContributionFacts(charges=(charge(),), refunds=(refund(200), refund(300, refund_id="re_2"))), State.REFUNDED,
    ),
    "refund failed": (ContributionFacts(charges=(charge(),), refunds=(refund(status="failed"),)), State.COMPLETE),
}  # fmt: skip
RECURRING = {
    "first payment pending": (subscription("incomplete"), State.PENDING),
    "first payment never came": (subscription("incomplete_expired"), State.EXPIRED),
    "active": (subscription(), State.ACTIVE),
    "trialing": (subscription("trialing"), State.ACTIVE),
    "renewal failed": (subscription("past_due"), State.PAST_DUE),
    "unpaid": (subscription("unpaid"), State.PAST_DUE),
    "ends with the period": (subscription(is_cancel_at_period_end=True), State.CANCELING),
    "ends at a date": (subscription(cancel_at=LATER), State.CANCELING),
    "collection paused": (subscription(pause_behavior="void"), State.PAUSED),
    "paused": (subscription("paused"), State.PAUSED),
    "ended": (subscription("canceled", ended_at=LATER), State.CANCELED),
    "unknown status": (subscription("invented"), State.ACTIVE),
}


@pytest.mark.parametrize(("facts", "state"), ONE_OFF.values(), ids=ONE_OFF)
def test_the_state_of_a_one_off_contribution_follows_from_its_facts(facts: ContributionFacts, state: State) -> None:
    assert fold_lifecycle(facts).state is state


@pytest.mark.parametrize(("followed", "state"), RECURRING.values(), ids=RECURRING)
def test_the_state_of_a_recurring_contribution_is_its_subscriptions(followed: SubscriptionState, state: State) -> None:
    facts = ContributionFacts(sessions=(session(),), charges=(charge(captured=1000),), subscriptions=(followed,))

    assert fold_lifecycle(facts).state is state


def test_a_subscription_with_a_declined_first_card_is_still_attempted() -> None:
    stopped = (IntentState("pi_1", "requires_payment_method"),)
    facts = ContributionFacts(intents=stopped, subscriptions=(subscription("incomplete"),))

    assert fold_lifecycle(facts).state is State.ATTEMPTED
    assert fold_lifecycle(replace(facts, sessions=(session("complete", "unpaid"),))).state is State.FAILED
    assert fold_lifecycle(replace(facts, intents=(IntentState("pi_1", "processing"),))).state is State.PENDING


def test_only_captured_charges_count_as_paid() -> None:
    facts = ContributionFacts(charges=(charge(), charge("failed", 0, "ch_0"), charge("succeeded", 700, "ch_2")))

    lifecycle = fold_lifecycle(facts)

    assert (lifecycle.paid_minor, lifecycle.paid_count) == (1200, 2)


def test_a_failed_refund_is_not_counted() -> None:
    facts = ContributionFacts(charges=(charge(),), refunds=(refund(status="failed"), refund(100, refund_id="re_2")))

    assert fold_lifecycle(facts).refunded_minor == 100


def test_a_closed_inquiry_is_not_a_dispute() -> None:
    closed = DisputeState("du_1", "ch_1", "warning_closed", 500, AT)

    assert fold_lifecycle(ContributionFacts(charges=(charge(),), disputes=(closed,))).dispute_status is None
    lost = ContributionFacts(disputes=(closed, replace(closed, id="du_2", status="lost")))
    assert fold_lifecycle(lost).dispute_status == "lost"


def test_a_running_subscription_counts_before_one_that_ended() -> None:
    ended, running = subscription("canceled"), subscription(id="sub_2")

    lifecycle = fold_lifecycle(ContributionFacts(subscriptions=(running, ended)))

    assert (lifecycle.state, lifecycle.subscription_id) == (State.ACTIVE, "sub_2")


def test_a_contribution_that_is_canceling_has_the_date_of_its_end() -> None:
    facts = ContributionFacts(subscriptions=(subscription(is_cancel_at_period_end=True),))

    assert fold_lifecycle(facts).ends_at == LATER
