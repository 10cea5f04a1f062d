"""Finance refunds: half or another amount, with what it does said before, once, and with a second person if large."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.console.agreed_acts import PERFORMERS
from service.staff.agreeing import agree
from service.staff.people import Role
from tests.console.money.world import Desk, hidden, paid_contribution, words_on
from tests.contributions.world import MARY
from tests.staff.signed_in import add_person, signed_in


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


def test_half_is_one_link_away(desk: Desk) -> None:
    form = desk.browser.get(f"{desk.address}/refund")
    [half] = re.findall(r'href="([^"]*)">Half: €12\.50</a>', form.text)

    review = words_on(desk.browser.get(unescape(half)))

    assert "Do you refund €12.50?" in review
    assert "Left of the payment €12.50" in review


def test_with_several_payments_one_is_chosen_first(desk: Desk) -> None:
    monthly = Desk(desk.newsroom, desk.browser, paid_contribution(desk.newsroom, interval="month", amount="10"))
    desk.newsroom.settle_after(days=32)
    later = signed_in(desk.newsroom.client.application, Role.FINANCE, name="Olga")
    [first, *_] = desk.newsroom.rows(
        "SELECT id FROM charges WHERE contribution_id = :id ORDER BY created_at", id=monthly.contribution_id
    )

    choice = later.get(f"{monthly.address}/refund")
    chosen = later.get(f"{monthly.address}/refund", query_string={"charge": first[0]})

    assert "Which payment do you refund?" in words_on(choice)
    assert f"charge={first[0]}" in choice.text
    assert "€10.00 of 18 November 2026" in words_on(chosen)


def test_without_an_answer_of_stripe_the_wish_can_be_sent_again(desk: Desk) -> None:
    faults = desk.newsroom.stripe.app.faults
    faults.add({"kind": "lost", "method": "POST", "path": "/v1/refunds", "times": 3})

    form, answer = send_refund(desk, "5")
    faults.clear()
    panel = desk.browser.get(f"{desk.address}/refund")
    again = {name: hidden(panel, name) for name in ("charge", "key")}
    done = desk.browser.post(f"{desk.address}/refund", data=again)

    assert answer.status_code == 503
    assert "it is not known whether the refund was made" in words_on(answer)
    assert hidden(answer, "key") == form["key"]
    assert "A refund of €5.00 has no answer yet Nora asked for it" in words_on(panel)
    assert done.status_code == 303
    assert desk.newsroom.rows("SELECT amount_minor, status FROM refunds") == [(500, "succeeded")]
    assert "has no answer yet" not in desk.text(f"{desk.address}/refund")


def test_a_disputed_payment_is_not_refunded_and_the_reason_is_told(desk: Desk) -> None:
    checkout = desk.newsroom.checkout(amount="25").json["checkout_url"]
    desk.newsroom.stripe.pay(checkout, "4000 0000 0000 0259")
    desk.newsroom.settle_after(minutes=1)
    [(contribution_id,)] = desk.newsroom.rows("SELECT contribution_id FROM charges WHERE is_disputed")
    disputed = Desk(desk.newsroom, desk.browser, contribution_id)

    _, answer = send_refund(disputed, "5")

    assert answer.status_code == 422
    assert "This charge is disputed, so the bank decides who gets the money." in words_on(answer)
    assert hidden_amount(answer.text) == "5"
    assert "disputed, answer it" in disputed.text(disputed.address)


@pytest.mark.parametrize("key", ["", "rfk 1", "x" * 101, "<b>", "\u202e"])
def test_a_key_that_is_not_of_our_forms_is_refused(desk: Desk, key: str) -> None:
    answer = desk.browser.post(f"{desk.address}/refund", data={"amount": "5", "key": key})

    assert answer.status_code == 400
    assert desk.newsroom.rows("SELECT count(*) FROM refunds") == [(0,)]
