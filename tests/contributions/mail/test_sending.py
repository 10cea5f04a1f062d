"""Sending mail: what cannot be sent now is tried again, and holds up no other mail."""

import smtplib
from dataclasses import replace

import pytest

from service.contributions.mail import sending
from service.contributions.mail.sending import send_due_mail
from service.contributions.portal.portal import send_portal_link
from service.errors import StoreUnavailableError
from service.reconciliation.refresh import sweep
from tests.contributions.mail.make import give_with_confirmation
from tests.contributions.world import MARY, Newsroom


@pytest.fixture
def confirming(newsroom: Newsroom) -> Newsroom:
    """The newsroom with a renewal that waits for confirmation. Its mail needs the invoice's page from Stripe."""
    give_with_confirmation(newsroom)
    newsroom.clock.advance(days=31, hours=2)
    newsroom.stripe.deliver()
    while sweep(newsroom.services):
        pass
    return newsroom


def test_mail_waits_while_stripe_cannot_be_asked_for_its_link(confirming: Newsroom) -> None:
    confirming.stripe.app.faults.add({"kind": "server_error", "path": "/v1/invoices", "times": 3})
    send_due_mail(confirming.services)
    assert confirming.queued_mail() == [("action_needed", "waiting")]

    confirming.clock.advance(minutes=1)
    send_due_mail(confirming.services)

    assert confirming.queued_mail() == [("action_needed", "sent")]


def test_mail_about_an_invoice_that_stripe_does_not_have_holds_up_no_other(confirming: Newsroom) -> None:
    objects = confirming.stripe.app.sandbox.store
    for invoice in objects.all("invoice"):
        objects.delete("invoice", invoice["id"])
    send_portal_link(confirming.services, "courier", MARY)

    for _ in range(2):
        send_due_mail(confirming.services)

    assert sorted(confirming.queued_mail()) == [("action_needed", "waiting"), ("portal_link", "sent")]


def test_mail_is_dead_after_five_failed_attempts(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)
    send_portal_link(newsroom.services, "courier", MARY)

    def refuse(_: object) -> None:
        raise ConnectionRefusedError

    for _ in range(6):
        send_due_mail(newsroom.services, refuse)
        newsroom.clock.advance(days=1)

    assert newsroom.rows("SELECT status, attempt_count FROM mail_outbox") == [("dead", 5)]


@pytest.mark.parametrize(
    ("error", "tried"),
    [
        (TimeoutError(), 1),
        (smtplib.SMTPServerDisconnected(), 1),
        (smtplib.SMTPNotSupportedError(), 1),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), 1),
        (smtplib.SMTPDataError(451, b"try again"), 3),
        (smtplib.SMTPRecipientsRefused({MARY: (450, b"try again")}), 3),
    ],
)
def test_a_server_that_cannot_be_used_is_left_alone_until_the_next_run(
    newsroom: Newsroom, error: Exception, tried: int
) -> None:
    """A run with many mails would otherwise last for hours, and use up the attempts of all of them."""
    newsroom.give()
    newsroom.settle_after(minutes=1)
    for _ in range(3):
        send_portal_link(newsroom.services, "courier", MARY)

    def fail(_: object) -> None:
        raise error

    assert send_due_mail(newsroom.services, fail) == tried
    assert newsroom.rows("SELECT sum(attempt_count) FROM mail_outbox") == [(tried,)]
    assert send_due_mail(newsroom.services) == 3 - tried


def test_only_the_service_can_read_mail_that_is_written_to_files(newsroom: Newsroom) -> None:
    folder = newsroom.services.settings.var_dir / "mail"
    folder.mkdir(mode=0o755)
    newsroom.give()
    newsroom.settle_after(minutes=1)
    send_portal_link(newsroom.services, "courier", MARY)

    send_due_mail(newsroom.services)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in folder.glob("*.eml")} == {0o600}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (KeyError, ("dead", "an error in the service: KeyError")),
        (RuntimeError, ("dead", "an error in the service: RuntimeError")),
        (UnicodeEncodeError, ("dead", "an error in the service: TypeError")),
        (StoreUnavailableError, ("waiting", "StoreUnavailableError")),
        (TimeoutError, ("waiting", "TimeoutError")),
    ],
)
def test_any_error_before_a_mail_has_left_is_an_outcome(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, error: type[Exception], outcome: tuple[str, str]
) -> None:
    newsroom.give()
    newsroom.settle_after(minutes=1)
    send_portal_link(newsroom.services, "courier", MARY)

    def broken(*_: object) -> None:
        raise error("broken")

    monkeypatch.setattr(sending, "mail_text", broken)
    send_due_mail(newsroom.services)

    assert newsroom.rows("SELECT status, last_error FROM mail_outbox WHERE kind = 'portal_link'") == [outcome]


def test_a_mail_that_cannot_be_written_is_dead(newsroom: Newsroom) -> None:
    """A name of a site with a line break may have been saved before names were checked."""
    newsroom.give()
    newsroom.settle_after(minutes=1)
    broken = replace(newsroom.services, settings=replace(newsroom.services.settings, mail_from="A\n<a@b.example>"))
    send_portal_link(newsroom.services, "courier", MARY)

    send_due_mail(broken)

    rows = newsroom.rows("SELECT status, last_error FROM mail_outbox WHERE kind = 'portal_link'")
    assert rows == [("dead", "the mail could not be written: ValueError")]
