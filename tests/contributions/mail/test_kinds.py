"""Mail to contributors: a mail for each cause, sent once."""

from tests.contributions.mail.make import end_with_period, give_with_confirmation
from tests.contributions.world import Newsroom


def test_a_yearly_contributor_gets_one_notice_before_each_renewal(newsroom: Newsroom) -> None:
    newsroom.give(amount="50", interval="year")
    newsroom.settle_after(minutes=1)
    assert newsroom.queued_mail() == []

    for _ in range(4):  # Stripe announces the renewal, and the subscription changes in the same weeks
        newsroom.settle_after(days=90)
    subscription_id = newsroom.rows("SELECT id FROM subscriptions")[0][0]
    newsroom.stripe.post(f"/v1/subscriptions/{subscription_id}", **{"metadata[note]": "seen"})
    newsroom.settle_after(hours=1)

    assert newsroom.queued_mail() == [("renewal_coming", "sent")]
    (mail,) = newsroom.sent_mail()
    assert "18 November 2027" in mail["Subject"] or "November 18, 2027" in mail["Subject"]
    assert "€50" in mail.get_content()
    assert "/portal?site=courier" in mail.get_content()

    newsroom.settle_after(days=365)
    assert newsroom.queued_mail() == [("renewal_coming", "sent")] * 2


def test_a_monthly_contributor_gets_no_notice_of_renewals(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    for _ in range(3):
        newsroom.settle_after(days=20)

    assert newsroom.queued_mail() == []


def test_a_contributor_who_cancelled_gets_no_notice_of_a_renewal(newsroom: Newsroom) -> None:
    newsroom.give(amount="50", interval="year")
    newsroom.settle_after(days=300)
    end_with_period(newsroom)
    newsroom.settle_after(minutes=1)

    newsroom.settle_after(days=60)

    assert [kind for kind, _ in newsroom.queued_mail()] == ["cancel_confirmed"]


def test_cancelling_and_the_end_are_confirmed_once_each(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)
    end_with_period(newsroom)
    newsroom.settle_after(minutes=2)
    assert newsroom.rows("SELECT state FROM contributions") == [("canceling",)]

    newsroom.settle_after(days=32)

    assert newsroom.rows("SELECT state FROM contributions") == [("canceled",)]
    assert newsroom.queued_mail() == [("cancel_confirmed", "sent"), ("ended", "sent")]


def test_a_renewal_that_needs_confirmation_links_to_the_invoices_page(newsroom: Newsroom) -> None:
    give_with_confirmation(newsroom)

    newsroom.settle_after(days=31)
    newsroom.settle_after(hours=2)

    assert newsroom.queued_mail() == [("action_needed", "sent")]
    (invoice_id,) = newsroom.rows("SELECT id FROM invoices WHERE status = 'open'")[0]
    page = newsroom.stripe.app.sandbox.store.need("invoice", invoice_id)["hosted_invoice_url"]
    assert page in newsroom.sent_mail()[0].get_content()
