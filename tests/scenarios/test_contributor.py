"""Who gave is known whatever object is seen first, and whichever event never arrives."""

from typing import Any

import pytest

from service.reconciliation.refresh import drain
from tests.scenarios import contribution_events, objects, subscription_events
from tests.scenarios.scripted_stripe import Json
from tests.scenarios.world import Stage

MARY = "mary.byrne@reader.example"
NAMED = "SELECT contributor_email, contributor_name, state FROM contributions WHERE id = 'ctb_lost'"


def customer(stage: Stage, id_: str = "cus_1", **changes: Any) -> Json:
    """Create the customer of a contribution, and return it."""
    fields = {"created": stage.at, "livemode": False, "email": MARY, "name": "Mary Byrne", "metadata": {}, **changes}
    stage.stripe.put({"id": id_, "object": "customer", **fields})
    return stage.stripe.objects[id_]


def lost_checkout(stage: Stage, interval: str, *, is_marked: bool) -> Json:
    """Return a session of a contribution that only Stripe knows, as after the restore of an older backup.

    If not `is_marked`, only the session has the mark.
    """
    session = stage.checkout(interval)
    lost = {**session["metadata"], "keepopen_contribution": "ctb_lost"}
    stage.stripe.put({"id": session["id"], "metadata": lost})
    for name in ("_intent_metadata", "_subscription_metadata"):
        stage.stripe.objects[session["id"]][name] = lost if is_marked else {}
    return stage.stripe.objects[session["id"]]


def one_off(stage: Stage, *, is_marked: bool = True) -> list[Json]:
    """Return the events of a lost one-off contribution that is refunded in part and disputed."""
    session = lost_checkout(stage, "one_off", is_marked=is_marked)
    events = contribution_events.one_off_paid(stage.stripe, session, stage.at)
    charged = stage.stripe.objects[stage.stripe.objects[session["payment_intent"]]["latest_charge"]]
    events += contribution_events.refunded(stage.stripe, charged, 300, stage.at + 60)
    events += contribution_events.disputed(stage.stripe, charged, stage.at + 120)
    return [*events, objects.event("customer.updated", customer(stage), stage.at + 180)]


def monthly(stage: Stage, *, is_marked: bool = True) -> list[Json]:
    """Return the events of a lost monthly contribution."""
    session = lost_checkout(stage, "month", is_marked=is_marked)
    events = subscription_events.subscribed(stage.stripe, session, stage.at)
    return [*events, objects.event("customer.updated", customer(stage), stage.at + 180)]


ONE_OFF_KINDS = (
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "refund.created",
    "charge.dispute.created",
    "customer.updated",
)
MONTHLY_KINDS = (
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.paid",
    "invoice_payment.paid",
    "customer.updated",
)


def sent_texts(stage: Stage) -> list[str]:
    """Return recipient and subject of every mail, oldest first."""
    return [f"{mail['To']}: {mail['Subject']}" for mail in stage.sent_mail()]


@pytest.mark.parametrize("is_marked", [True, False], ids=["marked", "marked on its session alone"])
@pytest.mark.parametrize("kind", ONE_OFF_KINDS)
def test_the_contributor_is_known_from_any_single_event(stage: Stage, kind: str, is_marked: bool) -> None:
    events = one_off(stage, is_marked=is_marked)
    stage.stripe.does_expand = is_marked  # an answer that expands nothing hides the mark of a customer's session

    stage.deliver([event for event in events if event["type"] == kind])

    assert stage.rows(NAMED) == [(MARY, "Mary Byrne", "complete")]


@pytest.mark.parametrize("is_marked", [True, False], ids=["marked", "marked on its session alone"])
@pytest.mark.parametrize("kind", MONTHLY_KINDS)
def test_a_monthly_contributor_is_known_from_any_single_event(stage: Stage, kind: str, is_marked: bool) -> None:
    events = monthly(stage, is_marked=is_marked)

    stage.deliver([event for event in events if event["type"] == kind])

    assert stage.rows(NAMED) == [(MARY, "Mary Byrne", "active")]
    assert stage.rows("SELECT count(*) FROM subscriptions WHERE contribution_id IS NOT NULL") == [(1,)]


@pytest.mark.parametrize("missing", sorted({*ONE_OFF_KINDS, *MONTHLY_KINDS}))
def test_no_missing_event_hides_the_contributor_from_mail_portal_and_erasure(stage: Stage, missing: str) -> None:
    events = monthly(stage)
    events += subscription_events.ended(stage.stripe, stage.at + 60)
    stage.clock.advance(minutes=2)

    stage.deliver([event for event in events if event["type"] != missing])

    assert sent_texts(stage) == [f"{MARY}: Your contribution to The Courier has ended"]
    stage.run("readers", "forget", MARY)
    assert [row[:2] for row in stage.rows(NAMED)] == [(None, None)]
    assert stage.rows("SELECT id FROM stripe_events WHERE sealed_body IS NOT NULL") == []


@pytest.mark.parametrize("interval", ["one_off", "month"])
def test_a_pull_alone_finds_the_contributor_and_the_mark_on_the_session(stage: Stage, interval: str) -> None:
    one_off(stage, is_marked=False) if interval == "one_off" else monthly(stage, is_marked=False)
    stage.clock.advance(minutes=2)

    stage.run("sync")
    stage.app.test_client().post("/v1/portal", json={"site": "courier", "email": MARY})
    drain(stage.services)

    assert [row[:2] for row in stage.rows(NAMED)] == [(MARY, "Mary Byrne")]
    assert stage.balances["4100" if interval == "one_off" else "4110"] == -1000
    assert [text for text in sent_texts(stage) if "manage" in text.lower()] != []


def test_what_a_customer_changed_later_is_not_undone_by_their_session(stage: Stage) -> None:
    events = monthly(stage)
    stage.stripe.put({"id": "cus_1", "email": "mary@new.example", "name": "Mary Nolan"})

    stage.deliver(events, drain_each=True)

    assert stage.rows(NAMED) == [("mary@new.example", "Mary Nolan", "active")]


def test_a_payment_of_another_product_stays_unknown(stage: Stage) -> None:
    session = lost_checkout(stage, "one_off", is_marked=False)
    session["metadata"] = {}
    events = contribution_events.one_off_paid(stage.stripe, session, stage.at)

    stage.deliver(events)

    assert stage.rows(NAMED) == []
