"""The history of a contribution is read from what Stripe reported and from the mails that were sent."""

from datetime import timedelta

from service.contributions.search.failed_payments_store import FailedDays, FailedOutcome, failed_payments, failed_sums
from service.contributions.search.store import ListScope
from service.contributions.timeline.events import timeline
from service.contributions.timeline.store import history_of
from tests.contributions.world import MARY, Newsroom

DECLINED = "4000 0000 0000 0002"


def give_after_a_declined_card(newsroom: Newsroom) -> str:
    """Contribute 25 euros once, after a card was declined, have 10 of them refunded, and return the contribution."""
    url = newsroom.checkout(amount="25").json["checkout_url"]
    assert newsroom.stripe.pay(url, DECLINED).status_code == 402
    newsroom.clock.advance(minutes=1)
    assert newsroom.stripe.pay(url).status_code == 303
    newsroom.settle_after(minutes=1)
    [(charge_id, contribution_id)] = newsroom.rows("SELECT id, contribution_id FROM charges WHERE status = 'succeeded'")
    newsroom.stripe.post("/v1/refunds", charge=charge_id, amount="1000")
    newsroom.settle_after(minutes=1)
    return str(contribution_id)


def test_the_history_of_a_contribution_is_told(newsroom: Newsroom) -> None:
    contribution_id = give_after_a_declined_card(newsroom)

    with newsroom.services.engine.connect() as connection:
        history = history_of(connection, contribution_id)

    assert history is not None
    assert [event.text for event in timeline(history)] == [
        "Began to pay €25 once.",
        "Payment of €25 by Visa card ending in 0002 failed: the bank declined the card.",
        "Payment of €25 by Visa card ending in 4242. Stripe's fee was €0.63.",
        "Refund of €10 at Stripe.",
        "Mail sent to the supporter about the refund.",
    ]
    assert [payment.left_minor for payment in history.payments] == [0, 1500]


def test_an_unknown_contribution_has_no_history(newsroom: Newsroom) -> None:
    with newsroom.services.engine.connect() as connection:
        assert history_of(connection, "ctb_1") is None


def test_a_failed_payment_that_came_back_is_counted_as_such(newsroom: Newsroom) -> None:
    contribution_id = give_after_a_declined_card(newsroom)
    newsroom.stripe.pay(newsroom.checkout(amount="7").json["checkout_url"], DECLINED)
    newsroom.settle_after(minutes=1)
    now = newsroom.clock()
    days = FailedDays(now - timedelta(days=1), now + timedelta(days=1), is_livemode=False)

    with newsroom.services.engine.connect() as connection:
        last, first = failed_payments(connection, days, ListScope(is_personal=True))
        [rest] = failed_payments(connection, days, ListScope(is_personal=False, after=last.position))
        [sums] = failed_sums(connection, days, ListScope(is_personal=False))

    assert (first.contribution_id, first.outcome, first.email) == (contribution_id, FailedOutcome.PAID, MARY)
    assert last.outcome is FailedOutcome.LOST
    assert (rest.payment_id, rest.email) == (first.payment_id, None)
    assert (sums.failed_count, sums.failed_minor, sums.paid_count, sums.paid_minor) == (2, 3200, 1, 2500)
