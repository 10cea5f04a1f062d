"""Finance cancels and sends mail again; each act says before what it does, acts once, and is in the record."""

import pytest

from tests.console.money.world import Desk, hidden, paid_contribution, words_on
from tests.contributions.world import MARY


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
