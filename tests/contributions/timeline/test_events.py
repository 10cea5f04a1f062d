"""A timeline tells what happened to a contribution in plain words, in the order in which it happened."""

from datetime import datetime, timedelta

from service.contributions.timeline.events import timeline
from service.contributions.timeline.history import (
    ContributionHistory,
    PastDispute,
    PastLink,
    PastMail,
    PastRefund,
    PastSubscription,
    Payment,
)
from service.money import Interval, Money
from tests.conftest import NOW

TEN, FIFTEEN = Money(1000, "EUR"), Money(1500, "EUR")


def after(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def paid(id_: str, hours: float, amount: Money = TEN, fee: int = 43) -> Payment:
    return Payment(
        id_,
        "succeeded",
        amount,
        after(hours),
        card_brand="visa",
        card_last4="4242",
        captured_minor=amount.amount_minor,
        fee=Money(fee, "EUR"),
    )


MONTHLY = ContributionHistory(
    started_at=NOW,
    asked=TEN,
    interval=Interval.MONTH,
    campaign="autumn",
    page_id="/news/1",
    payments=(
        paid("ch_1", 1),
        Payment("ch_2", "failed", TEN, after(720), failure_code="expired_card", method="card"),
        paid("ch_3", 768, FIFTEEN, fee=0),
        Payment("ch_4", "pending", FIFTEEN, after(1440), method="sepa_debit"),
    ),
    refunds=(
        PastRefund("re_1", "succeeded", Money(500, "EUR"), after(800), requested_by="Nora"),
        PastRefund("re_2", "failed", TEN, after(801), settled_at=after(900), failure_reason="lost_or_stolen_card"),
    ),
    disputes=(
        PastDispute("dp_1", "lost", FIFTEEN, after(1000), settled_at=after(1100), reason="fraudulent"),
        PastDispute("dp_2", "needs_response", FIFTEEN, after(1500), evidence_due_at=after(1600)),
    ),
    subscriptions=(
        PastSubscription(
            "sub_1",
            NOW,
            canceled_at=after(1700),
            cancel_at=after(1800),
            ended_at=after(1800),
            cancellation_reason="cancellation_requested",
            cancellation_feedback="too_expensive",
        ),
    ),
    mails=(
        PastMail("refunded:re_1", "refunded", "sent", after(802)),
        PastMail("dispute_opened:dp_1", "dispute_opened", "dead", after(1001), "UndeliverableError"),
    ),
    links=(PastLink(after(1650)), PastLink(after(1651), used_at=after(1652))),
    forgotten_at=after(2000),
)


def test_a_timeline_tells_what_happened_in_order() -> None:
    assert [event.text for event in timeline(MONTHLY)] == [
        "Began to pay €10 every month through the campaign autumn on /news/1.",
        "Payment of €10 by Visa card ending in 4242. Stripe's fee was €0.43.",
        "Renewal of €10 by card failed: the card has expired.",
        "Renewal of €15 by Visa card ending in 4242.",
        "The amount changed from €10 to €15.",
        "Refund of €5 by Nora.",
        "Refund of €10 at Stripe.",
        "Mail sent to the supporter about the refund.",
        "The refund of €10 failed: lost or stolen card. The money is owed to the supporter.",
        "The bank disputed €15: the cardholder says that they did not pay.",
        "Mail to your newsroom about the dispute could not be sent: UndeliverableError.",
        "The dispute was lost: €15 is gone.",
        "Renewal of €15 by SEPA direct debit is on its way.",
        "The bank disputed €15. Answer it in Stripe's dashboard until 24 January 2027 02:30.",
        "The supporter opened the page for managing the contribution.",
        "Cancelled with effect from 01 February 2027 (somebody asked for it; too expensive).",
        "The contribution ended. Nothing is taken any more.",
        "The personal data of the supporter was erased. Amounts and dates stay in the books.",
    ]


def test_what_needs_a_person_is_marked() -> None:
    problems = [event.object_id for event in timeline(MONTHLY) if event.is_problem]

    assert problems == ["ch_2", "re_2", None, "dp_2"]


def test_an_attempt_that_expired_says_so() -> None:
    history = ContributionHistory(NOW, TEN, Interval.ONE_OFF, checkout_expired_at=after(24))

    assert [event.text for event in timeline(history)] == [
        "Began to pay €10 once.",
        "The payment page expired without a payment.",
    ]
