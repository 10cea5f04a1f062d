"""Stripe's signed webhooks, through the real SDK, update contributions and the ledger."""

from tests.contributions.world import MARY, Newsroom


def test_a_one_off_contribution_is_complete_after_stripes_events(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    rows = newsroom.rows("SELECT state, paid_minor, contributor_email FROM contributions")
    assert rows == [("complete", 500, MARY)]


def test_a_monthly_contribution_becomes_active(newsroom: Newsroom) -> None:
    newsroom.give(amount="10,00", interval="month")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    assert newsroom.rows("SELECT state, paid_minor, recurring_minor FROM contributions") == [("active", 1000, 1000)]


def test_the_balance_transactions_equal_stripes_balance(newsroom: Newsroom) -> None:
    newsroom.give(amount="5")
    newsroom.give(amount="12.34", interval="month")
    newsroom.clock.advance(minutes=1)

    newsroom.settle()

    balance = newsroom.services.gateway.fetch_balance()
    net = newsroom.rows("SELECT sum(net_minor) FROM balance_transactions")[0][0]
    assert net == balance.payments["EUR"] > 0
    assert newsroom.rows("SELECT count(*) FROM stripe_events WHERE status = 'dead'") == [(0,)]
