"""The fund of a contribution: the campaign's, or else the site's, on every object at Stripe and on every charge."""

import pytest

from service.decisions.prompt_token import PromptToken, ShownPrompt, prompt_sealer, seal_of
from tests.contributions.world import Newsroom


def give(newsroom: Newsroom, campaign: str, interval: str = "one_off") -> None:
    """Contribute through a prompt of a campaign, and let Stripe tell us."""
    token = PromptToken(
        site="courier",
        page_id="a-1",
        decision_id="dec_1",
        issued_at=int(newsroom.clock().timestamp()),
        prompts=(ShownPrompt(campaign, "control", "article_top", "epic", "EUR"),),
    )
    sealed = "0" + seal_of(prompt_sealer(newsroom.services.keys), token)
    response = newsroom.checkout(prompt_token=sealed, interval=interval)
    newsroom.stripe.pay(response.json["checkout_url"])
    newsroom.settle_after(minutes=1)


@pytest.mark.parametrize(
    ("of_campaign", "of_site", "fund"),
    [
        ({"fund": "INV-26"}, {"fund": "CORE"}, "INV-26"),
        ({}, {"fund": "CORE"}, "CORE"),
        ({"fund": "INV-26"}, {}, "INV-26"),
        ({}, {}, None),
    ],
)
def test_a_contribution_has_the_fund_of_its_campaign_or_else_of_its_site(
    newsroom: Newsroom, of_campaign: dict[str, str], of_site: dict[str, str], fund: str | None
) -> None:
    newsroom.change_site(**of_site)
    newsroom.publish_campaign(**of_campaign)

    give(newsroom, "autumn")

    assert newsroom.rows("SELECT fund FROM contributions") == [(fund,)]
    assert newsroom.rows("SELECT site, campaign, fund FROM charges") == [("courier", "autumn", fund)]
    assert [row["fund"] for row in newsroom.exported("contributions")] == [fund or ""]


def test_a_contribution_of_a_campaign_that_ended_has_the_fund_of_the_site(newsroom: Newsroom) -> None:
    newsroom.change_site(fund="CORE")

    give(newsroom, "spring")

    assert newsroom.rows("SELECT fund FROM charges") == [("CORE",)]


def test_every_payment_of_a_recurring_contribution_keeps_the_fund_of_its_beginning(newsroom: Newsroom) -> None:
    newsroom.publish_campaign(fund="INV-26")
    give(newsroom, "autumn", "month")

    newsroom.publish_campaign(fund="LOCAL-27")
    newsroom.settle_after(days=31)
    newsroom.settle_after(hours=2)

    assert newsroom.rows("SELECT fund, count(*) FROM charges GROUP BY fund") == [("INV-26", 2)]
