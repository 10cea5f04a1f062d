"""The sample prompts are answers the service could give."""

from schemas.decide import DecisionSchema
from service.widget.install.browser.sample_prompts import sample_decision


def test_a_sample_decision_follows_the_contract() -> None:
    assert DecisionSchema().validate(sample_decision(["article_top", "article_end", "page_bottom"])) == {}


def test_a_sample_is_drawn_only_in_places_the_page_has_and_never_as_a_gate() -> None:
    decision = sample_decision(["article_end", "page_bottom", "over_article"])

    assert [prompt["placement"] for prompt in decision["prompts"]] == ["article_end", "page_bottom"]
