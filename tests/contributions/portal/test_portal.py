"""The portal: a mailed link lets a contributor manage their contribution."""

import re
from typing import Any

import pytest

from service.contributions.mail.sending import send_due_mail, sweep_old_mail
from service.reconciliation.refresh import drain
from tests.contributions.world import MARY, Newsroom


@pytest.fixture
def monthly(newsroom: Newsroom) -> Newsroom:
    """The newsroom with a monthly contribution of Mary's."""
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)
    return newsroom


def request_link(newsroom: Newsroom, email: str = MARY) -> int:
    response: Any = newsroom.client.post("/v1/portal", json={"site": "courier", "email": email})
    assert response.json == {"status": "sent"}
    drain(newsroom.services)
    return int(response.status_code)


def mailed_token(newsroom: Newsroom) -> str:
    """Request a link, send the mail, and return the token in the newest mail."""
    request_link(newsroom)
    send_due_mail(newsroom.services)
    texts = [mail.get_content() for mail in newsroom.sent_mail()]
    return str(re.findall(r"https://support\.courier\.example/portal/(\S+)", "\n".join(texts))[-1])


def test_a_mailed_link_opens_the_portal_once(monthly: Newsroom) -> None:
    token = mailed_token(monthly)

    page = monthly.client.get(f"/portal/{token}")
    opened: Any = monthly.client.post("/v1/portal", json={"token": token})
    again: Any = monthly.client.post("/v1/portal", json={"token": token})

    assert page.status_code == 200
    assert opened.json["portal_url"].startswith(monthly.stripe.url)
    assert "keepopen-courier=" in opened.headers["Set-Cookie"]
    assert (again.status_code, again.json["code"]) == (403, "invalid_token")


def test_an_unknown_address_gets_the_same_response_and_no_mail(monthly: Newsroom) -> None:
    assert request_link(monthly, "nobody@reader.example") == request_link(monthly)
    send_due_mail(monthly.services)

    assert len(monthly.sent_mail()) == 1


def test_a_known_and_an_unknown_address_are_looked_up_after_the_answer(monthly: Newsroom) -> None:
    """The time until the answer must not tell whether an address is known, and the queue must not show it."""
    for email in ("nobody@reader.example", MARY):
        monthly.client.post("/v1/portal", json={"site": "courier", "email": email})

    queued = monthly.rows("SELECT args::text FROM procrastinate_jobs WHERE task_name = 'contributions:portal_link'")
    assert len(queued) == 2
    assert "reader.example" not in str(queued)
    assert MARY not in str(queued)
    assert monthly.rows("SELECT count(*) FROM portal_links") == [(0,)]


def test_a_link_is_not_used_up_while_stripe_is_down(monthly: Newsroom) -> None:
    token = mailed_token(monthly)
    faults = monthly.stripe.app.faults
    faults.add({"kind": "server_error", "method": "POST", "path": "/v1/billing_portal/sessions", "times": 9})
    down: Any = monthly.client.post("/v1/portal", json={"token": token})
    faults.clear()

    statuses = [monthly.client.post("/v1/portal", json={"token": token}).status_code for _ in range(2)]

    assert (down.status_code, statuses) == (503, [200, 403])


def test_old_mail_and_links_are_deleted_and_not_sent_again(monthly: Newsroom) -> None:
    mailed_token(monthly)
    monthly.clock.advance(days=399)
    assert sweep_old_mail(monthly.services) == 0

    monthly.clock.advance(days=2)
    sweep_old_mail(monthly.services)
    monthly.settle_after(minutes=1)

    assert monthly.rows("SELECT count(*) FROM portal_links") == [(0,)]
    assert monthly.rows("SELECT count(*) FROM mail_outbox WHERE kind = 'portal_link'") == [(0,)]


def test_an_address_gets_at_most_three_links_an_hour(monthly: Newsroom) -> None:
    for _ in range(5):
        request_link(monthly)
    send_due_mail(monthly.services)

    assert len(monthly.sent_mail()) == 3


def test_a_link_expires_after_half_an_hour(monthly: Newsroom) -> None:
    token = mailed_token(monthly)
    monthly.clock.advance(minutes=31)

    assert monthly.client.post("/v1/portal", json={"token": token}).status_code == 403


def test_the_id_in_the_database_opens_no_portal(monthly: Newsroom) -> None:
    request_link(monthly)
    (link_id,) = monthly.rows("SELECT id FROM portal_links")[0]

    assert monthly.client.post("/v1/portal", json={"token": link_id}).status_code == 403


def test_opening_the_portal_updates_the_passport_of_the_device(monthly: Newsroom) -> None:
    (subscription_id,) = monthly.rows("SELECT subscription_id FROM contributions")[0]
    monthly.stripe.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")
    monthly.settle_after(minutes=1)
    token = mailed_token(monthly)

    monthly.client.post("/v1/portal", json={"token": token})

    giving = monthly.client.get("/my-data.json?site=courier").get_json()["held"]["giving"]
    assert giving["recurring"] == "cancelled"
    assert giving["paid_until"] is not None


@pytest.fixture
def two(newsroom: Newsroom) -> Newsroom:
    """The newsroom with a monthly and a later yearly contribution of Mary's."""
    newsroom.give(amount="5", interval="month", language="de")
    newsroom.settle_after(minutes=1)
    newsroom.give(amount="50", interval="year", language="de")
    newsroom.settle_after(minutes=1)
    return newsroom


def contribution_ids(newsroom: Newsroom) -> list[str]:
    """Return the ids of the contributions, oldest first."""
    return [id_ for (id_,) in newsroom.rows("SELECT id FROM contributions ORDER BY created_at")]


def managed_customer(newsroom: Newsroom, token: str, **choice: str) -> str | None:
    """Open the portal and return the customer whose portal Stripe opened, or None if the link was refused."""
    newsroom.clock.advance(seconds=1)
    opened: Any = newsroom.client.post("/v1/portal", json={"token": token, **choice})
    if opened.status_code != 200:
        return None
    return str(newsroom.stripe.app.sandbox.store.all("billing_portal.session")[-1]["customer"])


def customer_of(newsroom: Newsroom, contribution_id: str) -> str:
    (row,) = newsroom.rows("SELECT customer_id FROM contributions WHERE id = :id", id=contribution_id)
    return str(row[0])


def test_every_running_contribution_of_an_address_can_be_chosen(two: Newsroom) -> None:
    for contribution_id in contribution_ids(two):
        token = mailed_token(two)
        page = two.client.get(f"/portal/{token}").text
        assert f'name="contribution" value="{contribution_id}"' in page
        assert "Welchen Beitrag möchten Sie verwalten?" in page
        assert managed_customer(two, token, contribution=contribution_id) == customer_of(two, contribution_id)


@pytest.mark.parametrize("older", [0, 1])
def test_a_past_due_contribution_comes_first_whichever_is_older(two: Newsroom, older: int) -> None:
    failing, running = contribution_ids(two)[older], contribution_ids(two)[1 - older]
    with two.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE contributions SET state = 'past_due' WHERE id = %s", (failing,))
    token = mailed_token(two)

    page = two.client.get(f"/portal/{token}").text

    assert page.index(failing) < page.index(running)
    assert page.count("letzte Zahlung fehlgeschlagen") == 1
    assert managed_customer(two, token) == customer_of(two, failing)


def test_a_contribution_that_was_cancelled_does_not_hide_the_running_one(two: Newsroom) -> None:
    monthly_id, yearly_id = contribution_ids(two)
    (row,) = two.rows("SELECT subscription_id FROM contributions WHERE id = :id", id=yearly_id)
    two.stripe.post(f"/v1/subscriptions/{row[0]}", cancel_at_period_end="true")
    two.settle_after(minutes=1)
    token = mailed_token(two)

    page = two.client.get(f"/portal/{token}").text

    assert page.index(monthly_id) < page.index(yearly_id)
    assert managed_customer(two, token) == customer_of(two, monthly_id)


def test_a_link_opens_no_contribution_of_another_address(two: Newsroom) -> None:
    url = two.checkout(interval="month").json["checkout_url"]
    two.stripe.pay(url, email="aoife@reader.example")
    two.settle_after(minutes=1)
    (other,) = two.rows("SELECT id FROM contributions WHERE contributor_email = 'aoife@reader.example'")[0]
    token = mailed_token(two)

    assert other not in two.client.get(f"/portal/{token}").text
    assert managed_customer(two, token, contribution=other) is None


def test_links_to_several_contributions_of_an_address_count_together(two: Newsroom) -> None:
    for state in ("active", "past_due", "active", "past_due", "active"):
        with two.services.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE contributions SET state = %s WHERE interval = 'month'", (state,))
        request_link(two)
    send_due_mail(two.services)

    assert len(two.sent_mail()) == 3


def test_a_contributor_whose_only_contribution_has_ended_still_gets_a_link(monthly: Newsroom) -> None:
    (subscription_id,) = monthly.rows("SELECT subscription_id FROM contributions")[0]
    monthly.stripe.delete(f"/v1/subscriptions/{subscription_id}")
    monthly.settle_after(minutes=1)
    assert monthly.rows("SELECT state FROM contributions") == [("canceled",)]
    token = mailed_token(monthly)

    page = monthly.client.get(f"/portal/{token}").text

    assert 'name="contribution"' not in page
    assert managed_customer(monthly, token) == customer_of(monthly, contribution_ids(monthly)[0])


def test_a_choice_without_a_link_is_refused(monthly: Newsroom) -> None:
    body = {"site": "courier", "email": MARY, "contribution": "ctb_1"}

    assert monthly.client.post("/v1/portal", json=body).status_code == 422
