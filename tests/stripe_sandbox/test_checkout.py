"""Checkout Sessions: asked for, paid on the hosted page, declined, authenticated, delayed, expired."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.harness import Bench


def test_a_paid_session_is_complete_and_carries_what_it_was_given(bench: Bench) -> None:
    session = bench.session(
        1234,
        client_reference_id="ctb_1",
        metadata={"campaign": "autumn"},
        payment_intent_data={"metadata": {"contribution": "ctb_1"}},
        submit_type="donate",
    )

    answer = bench.pay(session)

    assert answer.status_code == 303
    assert answer.location == f"http://newsroom.test/thanks?session={session.id}"
    session = bench.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})
    assert (session.status, session.payment_status, session.amount_total) == ("complete", "paid", 1234)
    assert session.client_reference_id == "ctb_1"
    assert session.customer_details.email == "reader@example.org"
    assert session.payment_intent.metadata.to_dict() == {"contribution": "ctb_1"}
    assert session.payment_intent.latest_charge.amount == 1234


def test_no_payment_intent_exists_before_the_payer_acts(bench: Bench) -> None:
    session = bench.session()

    assert session.payment_intent is None
    assert bench.v1.payment_intents.list().data == []


def test_a_one_off_sends_its_events_and_the_fee_arrives_a_moment_later(bench: Bench) -> None:
    bench.pay(bench.session())

    assert bench.deliver() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert bench.inbox.events("charge.succeeded")[0]["data"]["object"]["balance_transaction"] is None

    bench.advance(seconds=1)

    assert bench.deliver() == ["charge.updated"]
    assert bench.inbox.events("charge.updated")[0]["data"]["object"]["balance_transaction"].startswith("txn_")


def test_the_fee_can_be_there_at_once(bench: Bench) -> None:
    bench.knobs.fee_arrives = "at_once"

    bench.pay(bench.session())

    assert "charge.updated" not in bench.deliver()
    assert bench.inbox.events("charge.succeeded")[0]["data"]["object"]["balance_transaction"].startswith("txn_")


def test_posting_the_page_again_charges_nothing(bench: Bench) -> None:
    session = bench.session()
    bench.pay(session)

    again = bench.pay(session)

    assert "Already paid" in again.text
    assert len(bench.v1.charges.list().data) == 1


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
    bench: Bench, card: str, code: str, decline_code: str
) -> None:
    session = bench.session()

    answer = bench.pay(session, card)

    assert answer.status_code == 402
    assert 'role="alert"' in answer.text
    intent = bench.v1.payment_intents.list().data[0]
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (code, decline_code)
    assert bench.deliver() == ["payment_intent.created", "payment_intent.payment_failed", "charge.failed"]
    assert bench.pay(session).status_code == 303
    assert len(bench.v1.payment_intents.list().data) == 1


def test_an_authentication_step_can_be_completed_or_failed(bench: Bench) -> None:
    session = bench.session()

    asked = bench.pay(session, "4000002760003184")
    failed = bench.browser.post(asked.location, data={"answer": "fail"})
    passed = bench.browser.post(asked.location, data={"answer": "complete"})

    assert asked.location.endswith("/authenticate")
    assert failed.status_code == 402
    assert passed.status_code == 303
    assert "payment_intent.requires_action" in bench.deliver()


def test_an_iban_with_wrong_check_digits_is_none(bench: Bench) -> None:
    session = bench.session()

    answer = bench.pay(session, method="sepa_debit", account_number="DE89370400440532013001")

    assert answer.status_code == 402
    assert bench.v1.checkout.sessions.retrieve(session.id).status == "open"


@pytest.mark.parametrize(
    ("iban", "event", "status"),
    [
        ("DE89370400440532013000", "checkout.session.async_payment_succeeded", "paid"),
        ("DE62370400440532013001", "checkout.session.async_payment_failed", "unpaid"),
    ],
)
def test_a_bank_debit_completes_unpaid_and_settles_later(bench: Bench, iban: str, event: str, status: str) -> None:
    session = bench.session()

    bench.pay(session, method="sepa_debit", account_number=iban)

    assert bench.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert bench.deliver()[-1] == "checkout.session.completed"
    bench.advance(minutes=1)
    assert event in bench.deliver()
    assert bench.v1.checkout.sessions.retrieve(session.id).payment_status == status


def test_an_unpaid_session_expires_by_the_clock_and_can_be_recovered(bench: Bench) -> None:
    session = bench.session(after_expiration={"recovery": {"enabled": True}})

    bench.advance(hours=24)

    expired = bench.v1.checkout.sessions.retrieve(session.id)
    assert expired.status == "expired"
    assert bench.deliver() == ["checkout.session.expired"]
    assert bench.browser.get(f"/c/pay/{session.id}").status_code == 410
    fresh = bench.browser.get(f"/c/recover/{session.id}")
    assert "/c/pay/cs_test_" in fresh.location
    assert bench.v1.checkout.sessions.retrieve(fresh.location.rsplit("/", 1)[1]).recovered_from == session.id


def test_an_open_session_can_be_expired_and_a_paid_one_cannot(bench: Bench) -> None:
    session, paid = bench.session(), bench.paid()

    assert bench.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.checkout.sessions.expire(paid.id)


def test_the_payer_chooses_the_amount_of_a_custom_price(bench: Bench) -> None:
    product = bench.v1.products.create({"name": "Contribution"})
    custom: Any = {"enabled": True, "minimum": 200, "maximum": 5000}
    price = bench.v1.prices.create({"currency": "eur", "product": product.id, "custom_unit_amount": custom})
    session = bench.session(line_items=[{"price": price.id, "quantity": 1}])

    too_small = bench.pay(session, amount="1,99")
    paid = bench.pay(session, amount="12,50")

    assert too_small.status_code == 402
    assert paid.status_code == 303
    assert bench.v1.checkout.sessions.retrieve(session.id).amount_total == 1250


@pytest.mark.parametrize(("typed", "status"), [("0,49", 402), ("0,50", 303), ("1000000", 402)])
def test_a_custom_price_without_bounds_takes_what_stripe_charges(bench: Bench, typed: str, status: int) -> None:
    product = bench.v1.products.create({"name": "Contribution"})
    custom: Any = {"enabled": True}
    price = bench.v1.prices.create({"currency": "eur", "product": product.id, "custom_unit_amount": custom})
    session = bench.session(line_items=[{"price": price.id, "quantity": 1}])

    assert bench.pay(session, amount=typed).status_code == status


def test_line_items_are_there_when_asked_for(bench: Bench) -> None:
    session = bench.session(750)

    assert bench.v1.checkout.sessions.line_items.list(session.id).data[0].amount_total == 750
    expanded = bench.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert expanded.line_items.data[0].description == "Contribution"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"ui_mode": "embedded_page", "return_url": "http://newsroom.test/"}, "success_url"),
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"expires_at": 1}, "expires_at"),
        ({"line_items": []}, "line_items"),
        ({"success_url": "not an address"}, "success_url"),
        ({"mode": "subscription"}, "line_items"),
        ({"subscription_data": {"metadata": {"a": "b"}}}, "subscription_data"),
        ({"customer": "cus_1", "customer_email": "a@example.org"}, "customer_email"),
        ({"unheard_of": "1"}, "unheard_of"),
    ],
)
def test_what_stripe_refuses_is_refused(bench: Bench, given: Any, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.session(**given)

    assert refused.value.http_status == 400
    assert refused.value.param == param


def test_a_recurring_price_needs_subscription_mode(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="recurring"):
        bench.session(interval="month", mode="payment")


def test_the_page_says_sandbox_and_names_the_amount(bench: Bench) -> None:
    page = bench.browser.get(f"/c/pay/{bench.session(1000).id}").text

    assert "SANDBOX" in page
    assert "€10.00" in page
    assert "http://newsroom.test/support" in page
    assert "<script" not in page


def test_an_embedded_session_is_paid_in_its_frame(bench: Bench) -> None:
    session = bench.v1.checkout.sessions.create(
        {
            "mode": "payment",
            "ui_mode": "embedded_page",
            "return_url": "http://newsroom.test/thanks?session={CHECKOUT_SESSION_ID}",
            "line_items": [
                {
                    "price_data": {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Contribution"}},
                    "quantity": 1,
                }
            ],
        }
    )

    frame = bench.browser.get(f"/c/embed/{session.client_secret}")
    done = bench.pay(session)

    assert session.url is None
    assert "€9.00" in frame.text
    assert f"session={session.id}" in done.text
    assert bench.browser.get(f"/c/embed/{session.id}_secret_wrong").status_code == 404


@pytest.mark.parametrize(
    ("amount", "currency", "code", "param"),
    [
        (49, "eur", "amount_too_small", "line_items"),
        (29, "gbp", "amount_too_small", "line_items"),
        (49, "jpy", "amount_too_small", "line_items"),
        (100_000_000, "eur", "amount_too_large", "line_items"),
        (1000, "zzz", None, "currency"),
    ],
)
def test_what_stripe_does_not_charge_is_refused(
    bench: Bench, amount: int, currency: str, code: str | None, param: str
) -> None:
    price: Any = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Contribution"}}

    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.session(line_items=[{"price_data": price, "quantity": 1}])

    assert (refused.value.code, refused.value.param) == (code, param)


def test_the_least_that_stripe_charges_is_taken(bench: Bench) -> None:
    assert bench.session(50).amount_total == 50
