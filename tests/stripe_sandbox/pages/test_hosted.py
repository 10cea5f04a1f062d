"""The hosted and the embedded checkout page."""

from typing import Any

from tests.stripe_sandbox.world import World


def test_a_zero_decimal_currency_is_shown_whole(world: World) -> None:
    price: Any = {"currency": "jpy", "unit_amount": 500, "product_data": {"name": "Contribution"}}
    session = world.session(line_items=[{"price_data": price, "quantity": 1}])

    assert "¥500" in world.browser.get(f"/c/pay/{session.id}").text


def test_an_authentication_step_can_be_completed_or_failed(world: World) -> None:
    session = world.session()

    asked = world.pay(session, "4000002760003184")
    failed = world.browser.post(asked.location, data={"answer": "fail"})
    passed = world.browser.post(asked.location, data={"answer": "complete"})

    assert asked.location.endswith("/authenticate")
    assert failed.status_code == 402
    assert passed.status_code == 303
    assert "payment_intent.requires_action" in world.deliver()


def test_an_iban_with_wrong_check_digits_is_refused(world: World) -> None:
    session = world.session()

    answer = world.pay(session, method="sepa_debit", account_number="DE89370400440532013001")

    assert answer.status_code == 402
    assert world.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_the_page_says_sandbox_and_names_the_amount(world: World) -> None:
    page = world.browser.get(f"/c/pay/{world.session(1000).id}").text

    assert "SANDBOX" in page
    assert "€10.00" in page
    assert "http://newsroom.test/support" in page
    assert "<script" not in page


def test_an_embedded_session_is_paid_in_its_frame(world: World) -> None:
    price: Any = {"currency": "eur", "unit_amount": 900, "product_data": {"name": "Contribution"}}
    wanted: Any = {
        "mode": "payment",
        "ui_mode": "embedded_page",
        "return_url": "http://newsroom.test/thanks?session={CHECKOUT_SESSION_ID}",
        "line_items": [{"price_data": price, "quantity": 1}],
    }
    session = world.v1.checkout.sessions.create(wanted)

    frame = world.browser.get(f"/c/embed/{session.client_secret}")
    done = world.pay(session)

    assert session.url is None
    assert "€9.00" in frame.text
    assert f"session={session.id}" in done.text
    assert world.browser.get(f"/c/embed/{session.id}_secret_wrong").status_code == 404
