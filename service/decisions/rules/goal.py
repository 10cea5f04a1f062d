"""The rule that stops a campaign once its goal is reached."""

from service.campaigns.campaign import Campaign
from service.campaigns.variant import Ticker
from service.decisions.rules.rule import BY_MINUTE, Prepared, rule
from service.decisions.rules.verdict import Verdict, passed, passed_if
from service.decisions.situation import Situation


def _stopping_ticker(campaign: Campaign) -> Ticker | None:
    return next((option.ticker for option in campaign.variants if option.ticker and option.ticker.stops_at_goal), None)


@rule(lambda campaign, _: _stopping_ticker(campaign) is not None, reads=BY_MINUTE)
def goal(prepared: Prepared, situation: Situation) -> Verdict:
    """Stop the campaign once the goal of its ticker is reached."""
    ticker = _stopping_ticker(prepared.campaign)
    if ticker is None:
        return passed()
    raised = raised_minor(prepared.campaign, ticker, situation)
    return passed_if(raised < ticker.goal_minor, raised, ticker.goal_minor, note=f"minor units of {ticker.currency}")


def raised_minor(campaign: Campaign, ticker: Ticker, situation: Situation) -> int:
    """Return what the campaign has raised, in minor units: what the ticker starts with, plus its contributions."""
    return ticker.already_minor + situation.raised_minor.get(campaign.key, 0)
