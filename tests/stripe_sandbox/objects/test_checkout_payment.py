"""Payment of a Checkout Session: by card, declined, by debit, with a chosen amount."""

import pytest

from tests.stripe_sandbox.make import custom_price
from tests.stripe_sandbox.world import World


def test_a_paid_session_is_complete_and_carries_what_it_was_given(world: World) -> None:
    session = world.session(
        1234,
        client_reference_id="ctb_1",
        metadata={"campaign": "autumn"},
        payment_intent_data={"metadata": {"contribution": "ctb_1"}},
        submit_type="donate",
    )

    answer = world.pay(session)

    assert answer.status_code == 303
    assert answer.location == f"http://newsroom.test/thanks?session={session.id}"
    session = world.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 1234)
    assert session.client_reference_id == "ctb_1"
    assert session.customer_details.email == "reader@example.org"
    assert session.payment_intent.metadata.to_dict() == {"contribution": "ctb_1"}
    assert session.payment_intent.latest_charge.amount == 1234


def test_no_payment_intent_exists_before_the_payer_acts(world: World) -> None:
    session = world.session()

    assert session.payment_intent is None
    assert world.v1.payment_intents.list().data == []


def test_a_one_off_sends_its_events_and_the_fee_arrives_a_moment_later(world: World) -> None:
    world.pay(world.session())

    assert world.deliver() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert world.inbox.events("charge.succeeded")[0]["data"]["object"]["balance_transaction"] is None

    world.advance(seconds=1)

    assert world.deliver() == ["charge.updated"]
    assert world.inbox.events("charge.updated")[0]["data"]["object"]["balance_transaction"].startswith("txn_")


def test_the_fee_can_arrive_at_once(world: World) -> None:
    world.knobs.fee_arrives = "at_once"

    world.pay(world.session())

    assert "charge.updated" not in world.deliver()
    assert world.inbox.events("charge.succeeded")[0]["data"]["object"]["balance_transaction"].startswith("txn_")


def test_a_paid_session_is_not_charged_again(world: World) -> None:
    session = world.session()
    world.pay(session)

    again = world.pay(session)

    assert "Already paid" in again.text
    assert len(world.v1.charges.list().data) == 1


@pytest.mark.parametrize(
    ("card", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4100000000000019", "card_declined", "fraudulent"),
    ],
)
def test_a_declined_card_leaves_the_session_open_for_another(
    world: World, card: str, code: str, decline_code: str
) -> None:
    session = world.session()

    answer = world.pay(session, card)

    assert answer.status_code == 402
    assert 'role="alert"' in answer.text
    intent = world.v1.payment_intents.list().data[0]
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (code, decline_code)
    assert world.deliver() == ["payment_intent.created", "payment_intent.payment_failed", "charge.failed"]
    assert world.pay(session).status_code == 303
    assert len(world.v1.payment_intents.list().data) == 1


@pytest.mark.parametrize(
    ("iban", "event", "status"),
    [
        ("DE89370400440532013000", "checkout.session.async_payment_succeeded", "paid"),
        ("DE62370400440532013001", "checkout.session.async_payment_failed", "unpaid"),
    ],
)
def test_a_bank_debit_completes_unpaid_and_settles_later(world: World, iban: str, event: str, status: str) -> None:
    session = world.session()

    world.pay(session, method="sepa_debit", account_number=iban)

    assert world.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert world.deliver()[-1] == "checkout.session.completed"
    world.advance(minutes=1)
    assert event in world.deliver()
    assert world.v1.checkout.sessions.retrieve(session.id).payment_status == status


def test_the_payer_chooses_the_amount_of_a_custom_price(world: World) -> None:
    price = custom_price(world, minimum=200, maximum=5000)
    session = world.session(line_items=[{"price": price.id, "quantity": 1}])

    too_small = world.pay(session, amount="1,99")
    paid = world.pay(session, amount="12,50")

    assert too_small.status_code == 402
    assert paid.status_code == 303
    assert world.v1.checkout.sessions.retrieve(session.id).amount_total == 1250


@pytest.mark.parametrize(("typed", "status"), [("0,49", 402), ("0,50", 303), ("1000000", 402)])
def test_a_custom_price_without_bounds_has_stripes_limits(world: World, typed: str, status: int) -> None:
    session = world.session(line_items=[{"price": custom_price(world).id, "quantity": 1}])

    assert world.pay(session, amount=typed).status_code == status
