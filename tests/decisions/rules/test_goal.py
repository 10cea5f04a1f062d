"""The rule that stops a campaign at its goal."""

from service.campaigns.variant import Ticker, TickerLabel
from tests.decisions import make


def test_a_goal_that_is_reached_stops_the_campaign() -> None:
    ticker = Ticker(1000, "EUR", (TickerLabel("en", "Goal"),), already_minor=400, stops_at_goal=True)
    campaign = make.campaign(variants=(make.variant(ticker=ticker),))

    for raised, expected in ((0, None), (599, None), (600, "goal")):
        assert make.blocked_by(make.compiled(campaign, raised_minor={"autumn": raised})) == expected
