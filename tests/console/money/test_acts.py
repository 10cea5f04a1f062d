"""Finance refunds, cancels and sends mail again; each act says before what it does, acts once, and is in the record."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.console.agreed_acts import PERFORMERS
from service.staff.agreeing import agree
from service.staff.people import Role
from tests.console.money.world import Desk, hidden, paid_contribution, words_on
from tests.contributions.world import MARY
from tests.staff.signed_in import add_person


def send_refund(desk: Desk, amount: str, browser: FlaskClient | None = None) -> tuple[dict[str, str], Any]:
    """Review a refund and make it. Return the form that was sent and the answer."""
    review = desk.browser.get(f"{desk.address}/refund", query_string={"amount": amount})
    form = {name: hidden(review, name) for name in ("charge", "amount", "key")}
    return form, (browser or desk.browser).post(f"{desk.address}/refund", data=form)


def test_a_refund_says_what_it_does(desk: Desk) -> None:
    page = desk.text(f"{desk.address}/refund", amount="12,50")

    assert "The supporter gets €12.50 back" in page
    assert "€12.50 of the payment is left afterwards" in page
    assert "It costs you €12.50 of your Stripe balance. Stripe keeps its fee of €0.63 for this payment." in page
    assert f"a mail about it goes to {MARY}" in page
    assert "No second person has to agree." in page


@pytest.mark.parametrize(("typed", "refunded"), [("12,50", 1250), ("€ 5", 500), ("", 2500)])
def test_a_refund_is_made_and_recorded(desk: Desk, typed: str, refunded: int) -> None:
    _, answer = send_refund(desk, typed)

    assert answer.status_code == 303
    assert answer.location == desk.address
    assert desk.newsroom.rows("SELECT amount_minor, requested_by FROM refunds") == [(refunded, "Nora")]
    assert desk.acts()[-1] == ("refund_contribution", desk.contribution_id)
    assert "is refunded" in desk.text(desk.address)


def test_a_double_click_refunds_once(desk: Desk) -> None:
    form, _ = send_refund(desk, "5")
    again = desk.browser.post(f"{desk.address}/refund", data=form)

    assert again.status_code == 303
    assert desk.newsroom.rows("SELECT count(*) FROM refunds") == [(1,)]
    assert [act for act, _ in desk.acts()].count("refund_contribution") == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("25.01", "Only €25.00 of this payment is left to refund."),
        ("ten", "Write the amount in digits, such as 5 or 5.00, in EUR."),
        ("0", "The amount is out of range"),
        ("<b>", "Write the amount in digits"),
    ],
)
def test_an_amount_that_cannot_be_refunded_is_explained_and_kept(desk: Desk, typed: str, sentence: str) -> None:
    answer = desk.browser.get(f"{desk.address}/refund", query_string={"amount": typed})

    assert answer.status_code == 422
    assert sentence in words_on(answer)
    assert hidden_amount(answer.text) == typed.replace("<b>", "&lt;b&gt;")


def hidden_amount(page: str) -> str:
    """Return what the field of the amount holds, as it is in the page."""
    return page.partition('name="amount" value="')[2].partition('"')[0]


def test_a_payment_of_another_contribution_is_not_refunded(desk: Desk) -> None:
    other = paid_contribution(desk.newsroom, amount="7")
    [(charge_id,)] = desk.newsroom.rows("SELECT id FROM charges WHERE contribution_id = :id", id=other)

    answer = desk.browser.post(f"{desk.address}/refund", data={"charge": charge_id, "amount": "", "key": "rfk_1"})

    assert answer.status_code == 404
    assert desk.newsroom.rows("SELECT count(*) FROM refunds") == [(0,)]


def test_a_refund_above_the_limit_waits_for_a_second_person(desk: Desk) -> None:
    maria = add_person(desk.newsroom.services, Role.FINANCE, name="Maria")
    large = Desk(desk.newsroom, desk.browser, paid_contribution(desk.newsroom, amount="1500"))

    review = large.text(f"{large.address}/refund", amount="1200")
    _, answer = send_refund(large, "1200")
    send_refund(large, "1200")
    [(request_id,)] = desk.newsroom.rows("SELECT request_id FROM staff_agreements")
    assert desk.newsroom.rows("SELECT count(*) FROM refunds") == [(0,)]
    _, told = agree(desk.newsroom.services, request_id, maria, PERFORMERS)

    assert "A second person must agree, because the refund is above 100 EUR." in review
    assert answer.status_code == 303
    assert "The refund waits until a second person agrees" in large.text(large.address)
    assert told.startswith("1200.00 EUR are refunded (re_")
    assert desk.newsroom.rows("SELECT amount_minor, requested_by FROM refunds") == [(120_000, "Nora")]
    assert desk.acts()[-1] == ("refund_contribution", large.contribution_id)


def test_a_refund_needs_a_fresh_sign_in(desk: Desk) -> None:
    desk.newsroom.clock.advance(minutes=16)

    answer = desk.browser.get(f"{desk.address}/refund")

    assert answer.status_code == 303
    assert "/console/sign-in" in answer.location


@pytest.mark.parametrize(
    ("when", "state", "sentence"),
    [("end", "canceling", "The contribution is cancelled."), ("now", "canceled", "The contribution has ended.")],
)
def test_a_monthly_contribution_is_cancelled(desk: Desk, when: str, state: str, sentence: str) -> None:
    monthly = Desk(desk.newsroom, desk.browser, paid_contribution(desk.newsroom, interval="month", amount="10"))
    assert "The supporter gets a mail" in monthly.text(f"{monthly.address}/cancel").replace(
        "supporter gets", "supporter gets"
    )

    answer = monthly.browser.post(f"{monthly.address}/cancel", data={"when": when})

    assert answer.status_code == 303
    assert monthly.newsroom.rows("SELECT state FROM contributions WHERE id = :id", id=monthly.contribution_id) == [
        (state,)
    ]
    assert monthly.acts()[-1] == ("cancel_contribution", monthly.contribution_id)
    assert sentence in monthly.text(monthly.address)


def test_a_contribution_that_was_made_once_cannot_be_cancelled(desk: Desk) -> None:
    answer = desk.browser.post(f"{desk.address}/cancel", data={"when": "now"})

    assert answer.status_code == 422
    assert "This contribution was made once, so there is nothing to cancel." in words_on(answer)


def test_a_receipt_is_sent_again_once(desk: Desk) -> None:
    form = desk.browser.get(f"{desk.address}/mail")
    [(charge_id,)] = desk.newsroom.rows("SELECT id FROM charges")
    data = {"key": hidden(form, "key"), "charge": charge_id}

    answers = [desk.browser.post(f"{desk.address}/receipt", data=data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert desk.newsroom.stripe.get(f"/v1/charges/{charge_id}")["receipt_email"] == MARY
    assert ("send_receipt_again", desk.contribution_id) in desk.acts()


def test_a_link_to_the_portal_is_sent_once(desk: Desk) -> None:
    form = desk.browser.get(f"{desk.address}/mail")

    answers = [desk.browser.post(f"{desk.address}/portal-link", data={"key": hidden(form, "key")}) for _ in range(2)]
    desk.newsroom.settle()

    assert [answer.status_code for answer in answers] == [303, 303]
    assert [mail["Subject"] for mail in desk.newsroom.sent_mail() if mail["To"] == MARY]
    assert desk.newsroom.queued_mail().count(("portal_link", "sent")) == 1
    assert ("send_portal_link", desk.contribution_id) in desk.acts()


def test_without_an_address_no_mail_is_offered(desk: Desk) -> None:
    with desk.newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contributions SET contributor_email = NULL")

    form = desk.text(f"{desk.address}/mail")
    answer = desk.browser.post(f"{desk.address}/portal-link", data={"key": "abc"})

    assert "No address of the supporter is known" in form
    assert answer.status_code == 409
