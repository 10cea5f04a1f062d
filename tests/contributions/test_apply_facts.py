"""From a pressed button to ledger and contribution, through the real SDK and the sandbox's signed webhooks."""

from service.contributions.rebuild import rebuild_contributions
from tests.contributions.conftest import Newsroom


def test_a_one_off_contribution_is_complete_once_stripe_has_told(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    assert newsroom.rows("SELECT state, paid_minor, contributor_email FROM contributions") == [
        ("complete", 500, "mary.byrne@reader.example")
    ]


def test_a_monthly_contribution_becomes_active(newsroom: Newsroom) -> None:
    newsroom.give(amount="10,00", interval="month")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    assert newsroom.rows("SELECT state, paid_minor, recurring_minor FROM contributions") == [("active", 1000, 1000)]


def test_the_ledger_holds_what_stripe_holds(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.give(amount="12.34", interval="month")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    balance = newsroom.services.gateway.fetch_balance().payments
    assert balance["EUR"] > 0
    assert newsroom.rows("SELECT sum(amount_minor) FROM balance_transactions")[0][0] > 0
    assert newsroom.rows("SELECT status, count(*) FROM stripe_events GROUP BY status ORDER BY status")


def test_a_double_click_is_one_session(newsroom: Newsroom) -> None:
    token = newsroom.token()

    first, second = (newsroom.checkout(support_token=token) for _ in range(2))

    assert first.json == second.json
    assert newsroom.rows("SELECT count(*) FROM contributions") == [(1,)]


def test_rebuilding_changes_nothing(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.give(amount="10", interval="month")
    newsroom.clock.advance(minutes=1)
    newsroom.settle()
    picture = "SELECT state, paid_minor, recurring_minor, customer_id, subscription_id FROM contributions ORDER BY id"
    before = newsroom.rows(picture)

    rebuild_contributions(newsroom.services.engine, newsroom.services.clock)

    assert newsroom.rows(picture) == before
