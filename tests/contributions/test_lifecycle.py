"""The life of a contribution as a fold: what each set of facts makes of it, whatever order they came in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from service.contributions.contribution import ContributionState
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
S = ContributionState


def session(status: str = "complete", payment_status: str = "paid") -> SessionState:
    return SessionState("cs_1", status, payment_status, None, None, None, AT)


def charge(status: str = "succeeded", captured: int = 500, charge_id: str = "ch_1") -> ChargeState:
    return ChargeState(charge_id, status, captured > 0, captured, "EUR", AT)


def refund(amount: int = 500, status: str = "succeeded", refund_id: str = "re_1") -> RefundState:
    return RefundState(refund_id, "ch_1", status, amount, AT)


def subscription(status: str = "active", **changes: object) -> SubscriptionState:
    return replace(SubscriptionState("sub_1", status, "cus_1", 1000, "EUR", LATER), **changes)  # type: ignore[arg-type]


ONE_OFF = {
    "nothing told yet": (ContributionFacts(), S.ATTEMPTED),
    "page open": (ContributionFacts(sessions=(session("open", "unpaid"),)), S.ATTEMPTED),
    "page open, card declined": (
        ContributionFacts(
            sessions=(session("open", "unpaid"),), intents=(IntentState("pi_1", "requires_payment_method"),),
            charges=(charge("failed", 0),),
        ),
        S.ATTEMPTED,
    ),
    "page expired": (ContributionFacts(sessions=(session("expired", "unpaid"),)), S.EXPIRED),
    "page expired, a later one paid": (
        ContributionFacts(sessions=(session("expired", "unpaid"), session())), S.COMPLETE,
    ),
    "paid": (ContributionFacts(sessions=(session(),), charges=(charge(),)), S.COMPLETE),
    "nothing to pay": (ContributionFacts(sessions=(session(payment_status="no_payment_required"),)), S.COMPLETE),
    "only the session told": (ContributionFacts(sessions=(session(),)), S.COMPLETE),
    "only the charge told": (ContributionFacts(charges=(charge(),)), S.COMPLETE),
    "declined, then paid": (
        ContributionFacts(charges=(charge("failed", 0, "ch_0"), charge()), intents=(IntentState("pi_1", "succeeded"),)),
        S.COMPLETE,
    ),
    "bank debit under way": (
        ContributionFacts(
            sessions=(session(payment_status="unpaid"),), intents=(IntentState("pi_1", "processing"),),
            charges=(charge("pending", 0),),
        ),
        S.PENDING,
    ),
    "bank debit, nothing but the session": (ContributionFacts(sessions=(session(payment_status="unpaid"),)), S.PENDING),
    "bank debit failed": (
        ContributionFacts(
            sessions=(session(payment_status="unpaid"),), intents=(IntentState("pi_1", "requires_payment_method"),),
            charges=(charge("failed", 0),),
        ),
        S.FAILED,
    ),
    "card declined, nothing told of the page": (
        ContributionFacts(intents=(IntentState("pi_1", "requires_payment_method"),), charges=(charge("failed", 0),)),
        S.ATTEMPTED,
    ),
    "intent canceled": (ContributionFacts(intents=(IntentState("pi_1", "canceled"),)), S.FAILED),
    "held for review": (ContributionFacts(intents=(IntentState("pi_1", "requires_capture"),)), S.PENDING),
    "refunded in part": (ContributionFacts(charges=(charge(),), refunds=(refund(200),)), S.COMPLETE),
    "refunded in parts, in full": (
        ContributionFacts(charges=(charge(),), refunds=(refund(200), refund(300, refund_id="re_2"))), S.REFUNDED,
    ),
    "refund failed": (ContributionFacts(charges=(charge(),), refunds=(refund(status="failed"),)), S.COMPLETE),
}  # fmt: skip
RECURRING = {
    "first payment waits": (subscription("incomplete"), S.PENDING),
    "first payment never came": (subscription("incomplete_expired"), S.EXPIRED),
    "active": (subscription(), S.ACTIVE),
    "trialing": (subscription("trialing"), S.ACTIVE),
    "renewal failed": (subscription("past_due"), S.PAST_DUE),
    "unpaid": (subscription("unpaid"), S.PAST_DUE),
    "ends with the period": (subscription(is_cancel_at_period_end=True), S.CANCELING),
    "ends at a date": (subscription(cancel_at=LATER), S.CANCELING),
    "collection paused": (subscription(pause_behavior="void"), S.PAUSED),
    "paused": (subscription("paused"), S.PAUSED),
    "ended": (subscription("canceled", ended_at=LATER), S.CANCELED),
    "a status of tomorrow": (subscription("invented"), S.ACTIVE),
}


@pytest.mark.parametrize(("facts", "state"), ONE_OFF.values(), ids=ONE_OFF)
def test_a_one_off_contribution_stands_where_its_facts_say(facts: ContributionFacts, state: ContributionState) -> None:
    assert fold_lifecycle(facts).state is state


@pytest.mark.parametrize(("found", "state"), RECURRING.values(), ids=RECURRING)
def test_a_recurring_contribution_follows_its_subscription(found: SubscriptionState, state: ContributionState) -> None:
    facts = ContributionFacts(sessions=(session(),), charges=(charge(captured=1000),), subscriptions=(found,))

    assert fold_lifecycle(facts).state is state


def test_a_subscription_whose_first_card_is_declined_is_still_being_tried() -> None:
    halted = (IntentState("pi_1", "requires_payment_method"),)
    facts = ContributionFacts(intents=halted, subscriptions=(subscription("incomplete"),))

    assert fold_lifecycle(facts).state is S.ATTEMPTED
    assert fold_lifecycle(replace(facts, sessions=(session("complete", "unpaid"),))).state is S.FAILED
    assert fold_lifecycle(replace(facts, intents=(IntentState("pi_1", "processing"),))).state is S.PENDING


def test_what_was_paid_counts_only_captured_charges() -> None:
    facts = ContributionFacts(charges=(charge(), charge("failed", 0, "ch_0"), charge("succeeded", 700, "ch_2")))

    life = fold_lifecycle(facts)

    assert (life.paid_minor, life.paid_count) == (1200, 2)


def test_a_failed_refund_gives_nothing_back() -> None:
    facts = ContributionFacts(charges=(charge(),), refunds=(refund(status="failed"), refund(100, refund_id="re_2")))

    assert fold_lifecycle(facts).refunded_minor == 100


def test_an_inquiry_that_was_closed_is_no_dispute() -> None:
    closed = DisputeState("du_1", "ch_1", "warning_closed", 500, AT)

    assert fold_lifecycle(ContributionFacts(charges=(charge(),), disputes=(closed,))).dispute_status is None
    lost = ContributionFacts(disputes=(closed, replace(closed, id="du_2", status="lost")))
    assert fold_lifecycle(lost).dispute_status == "lost"


def test_a_living_subscription_counts_before_one_that_ended() -> None:
    ended, living = subscription("canceled"), subscription(id="sub_2")

    life = fold_lifecycle(ContributionFacts(subscriptions=(living, ended)))

    assert (life.state, life.subscription_id) == (S.ACTIVE, "sub_2")


def test_a_contribution_that_is_canceling_has_the_date_of_its_end() -> None:
    facts = ContributionFacts(subscriptions=(subscription(is_cancel_at_period_end=True),))

    assert fold_lifecycle(facts).ends_at == LATER
