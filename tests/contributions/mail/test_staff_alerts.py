"""Mail to staff: each problem is reported once, unless it is long past."""

import pytest

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


@pytest.mark.parametrize(("found_after_days", "mails"), [(0, [("payout_failed", "sent")]), (15, [])])
def test_a_problem_is_reported_unless_it_happened_more_than_two_weeks_ago(
    newsroom: Newsroom, found_after_days: int, mails: list[tuple[str, str]]
) -> None:
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)
    (payout_id,) = control(newsroom, "payouts")["payouts"]
    newsroom.clock.advance(days=20)
    control(newsroom, f"payouts/{payout_id}/failed")
    newsroom.clock.advance(days=found_after_days)

    newsroom.settle_after(minutes=1)

    assert newsroom.rows("SELECT status FROM payouts") == [("failed",)]
    assert [mail for mail in newsroom.queued_mail() if mail[0] == "payout_failed"] == mails
