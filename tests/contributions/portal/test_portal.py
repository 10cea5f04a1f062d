"""Managing a contribution by a mailed link, and forgetting a contributor."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from service.contributions.forget import StillContributingError, forget_contributor
from service.contributions.mail.sending import send_due_mail
from service.errors import NotFoundError
from tests.contributions.conftest import Newsroom

MARY = "mary.byrne@reader.example"


def ask_for_link(newsroom: Newsroom, email: str = MARY) -> int:
    answer: Any = newsroom.client.post("/v1/portal", json={"site": "courier", "email": email})
    assert answer.json == {"status": "sent"}
    return int(answer.status_code)


def received(newsroom: Newsroom) -> list[str]:
    """Bodies of the mails in the folder that stands for a mail server."""
    folder = Path(newsroom.services.settings.var_dir) / "mail"
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    texts = []
    for file in files:
        body = message_from_bytes(file.read_bytes(), policy=default).get_body()
        assert body is not None
        texts.append(body.get_content())
    return texts


def link_of(text: str) -> str:
    found = re.search(r"https://support\.courier\.example/portal/(\S+)", text)
    assert found is not None
    return found[1]


def monthly(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()


def test_a_contributor_opens_the_portal_by_a_mailed_link_once(newsroom: Newsroom) -> None:
    monthly(newsroom)
    ask_for_link(newsroom)
    send_due_mail(newsroom.services)
    token = link_of(received(newsroom)[0])

    looked_at = newsroom.client.get(f"/portal/{token}")
    opened: Any = newsroom.client.post("/v1/portal", json={"token": token})
    again: Any = newsroom.client.post("/v1/portal", json={"token": token})

    assert looked_at.status_code == 200
    assert opened.json["portal_url"].startswith(newsroom.stripe.url)
    assert "keepopen-courier=" in opened.headers["Set-Cookie"]
    assert (again.status_code, again.json["code"]) == (403, "invalid_token")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(newsroom: Newsroom) -> None:
    monthly(newsroom)

    assert ask_for_link(newsroom, "nobody@reader.example") == ask_for_link(newsroom)
    send_due_mail(newsroom.services)

    assert len(received(newsroom)) == 1


def test_nobodys_mailbox_is_flooded(newsroom: Newsroom) -> None:
    monthly(newsroom)

    for _ in range(5):
        ask_for_link(newsroom)
    send_due_mail(newsroom.services)

    assert len(received(newsroom)) == 3


def test_a_link_is_good_for_half_an_hour(newsroom: Newsroom) -> None:
    monthly(newsroom)
    ask_for_link(newsroom)
    send_due_mail(newsroom.services)
    newsroom.clock.advance(minutes=31)

    answer = newsroom.client.post("/v1/portal", json={"token": link_of(received(newsroom)[0])})

    assert answer.status_code == 403


def test_what_the_database_keeps_opens_nothing(newsroom: Newsroom) -> None:
    monthly(newsroom)
    ask_for_link(newsroom)
    (link_id,) = newsroom.rows("SELECT id FROM portal_links")[0]

    assert newsroom.client.post("/v1/portal", json={"token": link_id}).status_code == 403


def test_leaving_is_confirmed_once_and_the_end_told_once(newsroom: Newsroom) -> None:
    monthly(newsroom)
    subscription_id = newsroom.rows("SELECT id FROM subscriptions")[0][0]
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")
    for _ in range(2):
        newsroom.clock.advance(minutes=1)
        newsroom.settle()
    assert newsroom.rows("SELECT state FROM contributions") == [("canceling",)]

    newsroom.clock.advance(days=32)
    newsroom.settle()

    assert newsroom.rows("SELECT state FROM contributions") == [("canceled",)]
    kinds = newsroom.rows("SELECT kind FROM mail_outbox WHERE status = 'sent' ORDER BY kind")
    assert kinds == [("cancel_confirmed",), ("ended",)]


def test_mail_that_cannot_be_sent_is_tried_again_and_then_given_up(newsroom: Newsroom) -> None:
    monthly(newsroom)
    ask_for_link(newsroom)

    def refuse(_: object) -> None:
        raise ConnectionRefusedError

    for _ in range(6):
        send_due_mail(newsroom.services, refuse)
        newsroom.clock.advance(days=1)

    assert newsroom.rows("SELECT status, attempt_count FROM mail_outbox") == [("dead", 5)]


def test_a_contributor_is_forgotten_and_stays_forgotten(newsroom: Newsroom) -> None:
    newsroom.ask_for(gift_fields=["message"])
    newsroom.give(amount="5", message="Keep going")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()
    books = newsroom.rows("SELECT count(*), sum(amount_minor) FROM ledger_postings")

    forget_contributor(newsroom.services, MARY.upper())
    with newsroom.services.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE stripe_events SET status = 'received', next_attempt_at = received_at")
    newsroom.settle()

    personal = "contributor_email, contributor_name, contributor_country, message, return_url"
    emptied = newsroom.rows(f"SELECT {personal}, paid_minor FROM contributions")
    assert emptied == [(None, None, None, None, "", 500)]
    named = newsroom.rows("SELECT count(*) FROM stripe_events WHERE sealed_body IS NOT NULL AND object_id LIKE 'c%'")
    assert named == [(0,)]
    assert newsroom.rows("SELECT count(*), sum(amount_minor) FROM ledger_postings") == books
    changes = newsroom.rows("SELECT old_row::text FROM record_changes WHERE old_row IS NOT NULL")
    assert changes
    assert not [row for (row,) in changes if "courier.example" in row or "return_url" in row or "checkout_url" in row]
    with pytest.raises(NotFoundError):
        forget_contributor(newsroom.services, MARY)


def test_a_running_subscription_is_not_forgotten(newsroom: Newsroom) -> None:
    monthly(newsroom)

    with pytest.raises(StillContributingError):
        forget_contributor(newsroom.services, MARY)

    assert newsroom.rows("SELECT contributor_email FROM contributions") == [(MARY,)]


def test_the_portal_tells_the_device_how_its_reader_supports(newsroom: Newsroom) -> None:
    monthly(newsroom)
    (subscription_id,) = newsroom.rows("SELECT subscription_id FROM contributions")[0]
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()
    ask_for_link(newsroom)
    send_due_mail(newsroom.services)
    token = link_of(next(text for text in received(newsroom) if "/portal/" in text))

    newsroom.client.post("/v1/portal", json={"token": token})

    giving = newsroom.client.get("/my-data.json?site=courier").get_json()["held"]["giving"]
    assert giving["recurring"] == "cancelled"
    assert giving["paid_until"] is not None
