"""Mail to staff: each problem is reported once, unless it is long past."""

from tests.contributions.mail.make import control, fail_to_finalise_an_invoice
from tests.contributions.world import Newsroom


def test_a_failed_payout_is_reported_to_staff_once(newsroom: Newsroom) -> None:
    newsroom.give(amount="20")
    newsroom.settle_after(minutes=1)
    (payout_id,) = control(newsroom, "payouts")["payouts"]
    control(newsroom, f"payouts/{payout_id}/failed")
    for _ in range(3):
        newsroom.settle_after(minutes=1)

    assert newsroom.queued_mail() == [("payout_failed", "sent")]
    (mail,) = newsroom.sent_mail()
    assert payout_id in mail.get_content()
    assert mail["To"] == mail["From"]


def test_an_invoice_that_stripe_cannot_finalise_is_reported_to_staff_once(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    newsroom.settle_after(minutes=1)
    fail_to_finalise_an_invoice(newsroom)
    for _ in range(3):
        newsroom.settle_after(minutes=1)

    assert newsroom.queued_mail() == [("invoice_stuck", "sent")]
    assert newsroom.sent_mail()[0]["Subject"] == "[The Courier] A renewal is stuck"


def test_a_problem_older_than_two_weeks_is_not_reported(newsroom: Newsroom) -> None:
    newsroom.give(amount="5", interval="month")
    newsroom.settle_after(minutes=1)
    (payout_id,) = control(newsroom, "payouts")["payouts"]
    newsroom.clock.advance(days=15)
    control(newsroom, f"payouts/{payout_id}/failed")

    newsroom.settle_after(minutes=1)

    assert newsroom.rows("SELECT status FROM payouts") == [("failed",)]
    assert newsroom.queued_mail() == []
