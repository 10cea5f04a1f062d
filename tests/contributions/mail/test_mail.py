"""Mail to readers in their language and to staff: each kind once per cause, and nothing about what is long past."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

import pytest
import requests

from service.contributions.mail.kinds import STAFF_KINDS, MailKind
from service.contributions.mail.sending import send_due_mail
from service.pages.language import LANGUAGES, texts_in
from service.reconciliation.refresh import sweep
from tests.contributions.conftest import Newsroom

MUST_CONFIRM = "4000 0027 6000 3184"


def mails(newsroom: Newsroom) -> list[EmailMessage]:
    """What lies in the folder that stands for a mail server, oldest first."""
    folder = Path(newsroom.services.settings.var_dir) / "mail"
    files = sorted(folder.glob("*.eml")) if folder.exists() else []
    return [message_from_bytes(each.read_bytes(), policy=default) for each in files]


def kinds(newsroom: Newsroom) -> list[tuple[str, str]]:
    return cast("list[tuple[str, str]]", newsroom.rows("SELECT kind, status FROM mail_outbox ORDER BY caused_at, kind"))


def settle(newsroom: Newsroom, **duration: float) -> None:
    newsroom.clock.advance(**duration)
    for _ in range(2):
        newsroom.settle()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_reader_mail_is_written_in_every_language(tag: str) -> None:
    for kind in set(MailKind) - STAFF_KINDS:
        assert texts_in(tag)[f"mail_{kind}_subject"]
        assert texts_in(tag)[f"mail_{kind}_body"]


@pytest.mark.parametrize(("asked", "words"), [("fr", "a remboursé 5 €"), ("de", "hat 5 € erstattet"), ("xx", "€5")])
def test_a_reader_is_written_to_in_the_language_they_gave_in(newsroom: Newsroom, asked: str, words: str) -> None:
    newsroom.give(amount="5", language=asked)
    settle(newsroom, minutes=1)
    newsroom.stripe.post("/v1/refunds", charge=newsroom.rows("SELECT id FROM charges")[0][0])

    settle(newsroom, minutes=1)

    (mail,) = mails(newsroom)
    assert words in mail.get_content().replace("\u202f", " ").replace("\xa0", " ")
    assert mail["To"] == "mary.byrne@reader.example"


def test_who_gives_yearly_is_told_before_each_renewal_once(newsroom: Newsroom) -> None:
    newsroom.give(amount="50", interval="year")
    settle(newsroom, minutes=1)
    assert kinds(newsroom) == []

    for _ in range(4):  # the announcement, and other news of the subscription in the same weeks
        settle(newsroom, days=90)
    subscription_id = newsroom.rows("SELECT id FROM subscriptions")[0][0]
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", **{"metadata[note]": "seen"})
    settle(newsroom, hours=1)

    assert kinds(newsroom) == [("renewal_coming", "sent")]
    (mail,) = mails(newsroom)
    assert "18 November 2027" in mail["Subject"] or "November 18, 2027" in mail["Subject"]
    assert "€50" in mail.get_content()
    assert "/portal?site=courier" in mail.get_content()

    settle(newsroom, days=365)
    assert kinds(newsroom) == [("renewal_coming", "sent")] * 2


def test_who_gives_monthly_is_not_told_of_each_renewal(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    for _ in range(3):
        settle(newsroom, days=20)

    assert kinds(newsroom) == []


def test_who_leaves_is_not_told_of_a_renewal(newsroom: Newsroom) -> None:
    newsroom.give(amount="50", interval="year")
    settle(newsroom, days=300)
    subscription_id = newsroom.rows("SELECT id FROM subscriptions")[0][0]
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")
    settle(newsroom, minutes=1)

    settle(newsroom, days=60)

    assert [kind for kind, _ in kinds(newsroom)] == ["cancel_confirmed"]


def test_a_renewal_that_the_bank_wants_confirmed_leads_to_the_page_for_it(newsroom: Newsroom) -> None:
    give_confirmed(newsroom)

    settle(newsroom, days=31)
    settle(newsroom, hours=2)

    assert kinds(newsroom) == [("action_needed", "sent")]
    (invoice_id,) = newsroom.rows("SELECT id FROM invoices WHERE status = 'open'")[0]
    page = newsroom.stripe.app.sandbox.store.need("invoice", invoice_id)["hosted_invoice_url"]
    assert page in mails(newsroom)[0].get_content()


def test_a_page_that_cannot_be_asked_for_now_is_asked_for_later(newsroom: Newsroom) -> None:
    give_confirmed(newsroom)
    newsroom.clock.advance(days=31, hours=2)
    newsroom.stripe.deliver()
    while sweep(newsroom.services):
        pass
    newsroom.stripe.app.faults.add({"kind": "server_error", "path": "/v1/invoices", "times": 3})
    send_due_mail(newsroom.services)
    assert kinds(newsroom) == [("action_needed", "waiting")]

    newsroom.clock.advance(minutes=1)
    send_due_mail(newsroom.services)

    assert kinds(newsroom) == [("action_needed", "sent")]


def test_a_page_that_stripe_does_not_have_holds_up_no_other_mail(newsroom: Newsroom) -> None:
    give_confirmed(newsroom)
    newsroom.clock.advance(days=31, hours=2)
    newsroom.stripe.deliver()
    while sweep(newsroom.services):
        pass
    store = newsroom.stripe.app.sandbox.store
    for invoice in store.all("invoice"):
        store.delete("invoice", invoice["id"])

    for _ in range(2):
        send_due_mail(newsroom.services)

    assert kinds(newsroom) == [("action_needed", "waiting")]


def test_a_failed_payout_reaches_staff_once(newsroom: Newsroom) -> None:
    newsroom.give(amount="20")
    settle(newsroom, minutes=1)
    (payout_id,) = control(newsroom, "payouts")["payouts"]
    control(newsroom, f"payouts/{payout_id}/failed")
    for _ in range(3):
        settle(newsroom, minutes=1)

    assert kinds(newsroom) == [("payout_failed", "sent")]
    (mail,) = mails(newsroom)
    assert payout_id in mail.get_content()
    assert mail["To"] == mail["From"]


def test_an_invoice_that_cannot_be_finalised_reaches_staff_once(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    settle(newsroom, minutes=1)
    stick_invoice(newsroom)
    for _ in range(3):
        settle(newsroom, minutes=1)

    assert kinds(newsroom) == [("invoice_stuck", "sent")]
    assert mails(newsroom)[0]["Subject"] == "[The Courier] A renewal is stuck"


def test_nobody_is_told_of_what_is_long_past(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    settle(newsroom, minutes=1)
    (payout_id,) = control(newsroom, "payouts")["payouts"]
    newsroom.clock.advance(days=15)
    control(newsroom, f"payouts/{payout_id}/failed")

    settle(newsroom, minutes=1)

    assert newsroom.rows("SELECT status FROM payouts") == [("failed",)]
    assert kinds(newsroom) == []


def give_confirmed(newsroom: Newsroom) -> None:
    """Give monthly with a card whose bank asks for a word each time, also while nobody is there."""
    url = newsroom.checkout(amount="5", interval="month").json["checkout_url"]
    newsroom.stripe.pay(url, card=MUST_CONFIRM)
    requests.post(f"{url}/authenticate", data={"answer": "complete"}, timeout=20, allow_redirects=False)
    settle(newsroom, minutes=1)
    assert newsroom.rows("SELECT state FROM contributions") == [("active",)]


def control(newsroom: Newsroom, what: str) -> Any:
    """Do what Stripe's dashboard, or a bank, would do."""
    return requests.post(f"{newsroom.stripe.url}/_sandbox/{what}", timeout=20).json()


def stick_invoice(newsroom: Newsroom) -> None:
    """Let Stripe fail to finalise a renewal's invoice, as it does where it lacks an address for tax."""
    sandbox = newsroom.stripe.app.sandbox
    with sandbox.lock:
        invoice = dict(sandbox.store.all("invoice")[0])
        error = {"type": "invalid_request_error", "code": "customer_tax_location_invalid", "message": "No location."}
        stuck = {"status": "draft", "billing_reason": "subscription_cycle", "last_finalization_error": error}
        invoice |= {"id": "in_stuck", "created": sandbox.now(), "payments": None, "status_transitions": {}, **stuck}
        sandbox.store.add(invoice)
        sandbox.emit("invoice.finalization_failed", invoice)
