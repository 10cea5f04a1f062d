"""Forgetting a contributor: personal data goes, stays away, and the books do not change."""

import pytest

from service.contributions.forget import StillContributingError, forget_contributor
from service.errors import NotFoundError
from tests.contributions.world import MARY, Newsroom


def test_a_forgotten_contributor_stays_forgotten_when_events_come_again(newsroom: Newsroom) -> None:
    newsroom.change_site(gift_fields=["message"])
    newsroom.give(amount="5", message="Keep going")
    newsroom.settle_after(minutes=1)
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
    with pytest.raises(NotFoundError):
        forget_contributor(newsroom.services, MARY)


def test_recorded_changes_hold_no_address_of_a_page(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.settle_after(minutes=1)

    forget_contributor(newsroom.services, MARY)

    changes = newsroom.rows("SELECT old_row::text FROM record_changes WHERE old_row IS NOT NULL")
    assert changes
    assert not [row for (row,) in changes if "courier.example" in row or "return_url" in row or "checkout_url" in row]


def test_a_contributor_with_a_running_subscription_is_not_forgotten(newsroom: Newsroom) -> None:
    newsroom.give(amount="10", interval="month")
    newsroom.settle_after(minutes=1)

    with pytest.raises(StillContributingError):
        forget_contributor(newsroom.services, MARY)

    assert newsroom.rows("SELECT contributor_email FROM contributions") == [(MARY,)]
