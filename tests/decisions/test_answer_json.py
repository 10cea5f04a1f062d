"""The text of an answer is its body as JSON, even if the text of a prompt was written for an earlier reader."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.decide import DecisionSchema
from service.campaigns.campaign import Kind, Placement
from service.campaigns.gate import Allowance, Gate, GateType, Meter, Period
from service.campaigns.variant import Design, Ticker, TickerLabel
from service.decisions.answer_json import answer_json
from service.decisions.compile import CompiledSite
from service.decisions.decide_view import Answer, decide_view, page_view_of
from service.decisions.view import ViewRequest
from service.readers.passports.passport import PassportSealer
from service.readers.passports.passport_cookie import Edge, RequestContext
from service.sealing import KeyRing
from tests.decisions import make

SEALER = PassportSealer(KeyRing(("a-key-of-the-tests-a-key-of-the-tests",)))
NAMED = make.copy(heading="You have read {article_count} articles", paragraphs=('He said "no" \\ {site_name}\u2028',))
TICKER = Ticker(100_000, "EUR", (TickerLabel("en", "For the winter"),), ends_on=date(2026, 12, 31))
SITES = {
    "nothing": make.compiled(),
    "the same for all": make.compiled(make.campaign()),
    "a name of the reader's": make.compiled(make.campaign(variants=(make.variant(copies=(NAMED,)),))),
    "a goal": make.compiled(make.campaign(variants=(make.variant(ticker=TICKER),)), raised_minor={"autumn": 4200}),
    "two at once": make.compiled(make.campaign(), make.campaign("end", placement=Placement.ARTICLE_END)),
    "a wall": make.compiled(make.campaign("wall", kind=Kind.GATE, gate=Gate(GateType.PAYMENT))),
    "a meter": make.compiled(
        make.campaign(
            "meter", kind=Kind.GATE, gate=Gate(GateType.PAYMENT), meter=Meter(anonymous=Allowance(2, Period.MONTH))
        )
    ),
}


def answered(site: CompiledSite, number: int, country: str = "IE", **more: Any) -> Answer:
    page = make.page(page_id=f"/{number}")
    view = ViewRequest("tide", f"v{number}", page, consent=make.visit().consent, country="IE", **more)
    context = RequestContext(edge=Edge(country))
    return decide_view(site, SEALER, page_view_of(site, SEALER, view, context, make.NOW + timedelta(minutes=number)))


@pytest.mark.parametrize("name", SITES)
@pytest.mark.parametrize("more", [{}, {"passport": ""}])
def test_the_text_is_what_the_contract_says(name: str, more: dict[str, str]) -> None:
    for number in range(3):
        answer = answered(SITES[name], number, **more)

        body = json.loads(answer_json(answer))

        assert DecisionSchema().validate(body) == {}
        assert body["passport"] == (answer.passport if more else None)
        tokens = [f"{place}{answer.seal}" for place in range(len(answer.prompts))]
        assert [prompt["prompt_token"] for prompt in body["prompts"]] == tokens


def test_a_prompt_that_names_what_the_reader_read_is_written_for_each_reader() -> None:
    site = SITES["a name of the reader's"]
    first = answered(site, 1, passport="")
    second = answered(site, 2, passport=first.passport)

    one, two = (json.loads(answer_json(answer))["prompts"][0]["copy"] for answer in (first, second))
    assert (one["heading"], two["heading"]) == ("You have read 1 articles", "You have read 2 articles")
    assert one["paragraphs"] == two["paragraphs"] == ['He said "no" \\ The Tide\u2028']


def test_colours_that_the_campaign_does_not_set_are_left_out() -> None:
    site = make.compiled(make.campaign(variants=(make.variant(design=Design(accent="#112233")),)))

    assert json.loads(answer_json(answered(site, 1)))["prompts"][0]["design"] == {"accent": "#112233"}


def test_prompts_that_are_kept_do_not_grow_with_what_requests_send() -> None:
    site = make.compiled(make.campaign())

    for number in range(20):
        answer_json(answered(site, number, country=f"{chr(65 + number)}X", language=f"x{chr(97 + number)}"))

    assert len(site.appeals[0].prompts) == 1
