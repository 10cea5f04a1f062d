"""subscriptions.csv: when a recurring contribution is charged next and what it paid so far."""

from datetime import UTC, datetime

from sqlalchemy import insert

from service.stripe_facts.checkout_store import subscriptions
from tests.conftest import NOW
from tests.exports.world import Finance
from tests.ledger import make


def test_a_subscription_shows_when_it_ends_and_what_it_paid(finance: Finance) -> None:
    finance.contribution("ctb_1", interval="month")
    finance.record(make.charge("ch_1", 500, bt="txn_1"), make.transaction("txn_1", "charge", 500, "ch_1"))
    row = {
        "id": "sub_1",
        "status": "active",
        "amount_minor": 500,
        "currency": "EUR",
        "price_interval": "month",
        "price_interval_count": 3,
        "contribution_id": "ctb_1",
        "created_at": NOW,
        "current_period_ends_at": datetime(2026, 12, 18, 10, 30, tzinfo=UTC),
        "is_cancel_at_period_end": True,
        "cancellation_reason": "cancellation_requested",
        "cancellation_feedback": "=too_expensive",
        "status_rank": 0,
        "fetched_at": NOW,
    }
    with finance.engine.begin() as connection:
        connection.execute(insert(subscriptions).values(row))

    (subscription,) = finance.rows("subscriptions")

    assert subscription == {
        "contribution_id": "ctb_1",
        "status": "active",
        "interval": "month",
        "amount": "5.00",
        "currency": "EUR",
        "started": "2026-11-18T10:30:00Z",
        "current_period_end": "2026-12-18T10:30:00Z",
        "next_attempt": "",
        "cancel_at": "2026-12-18T10:30:00Z",
        "cancel_reason": "cancellation_requested, =too_expensive",
        "lifetime_paid": "5.00",
        "interval_count": "3",
        "site": "",
        "campaign": "",
        "fund": "",
    }
