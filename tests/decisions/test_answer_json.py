"""The text of an answer is its body as JSON, even if the text of a prompt was written for an earlier reader."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from service.campaigns.campaign import Kind, Placement
from service.campaigns.gate import Allowance, Gate, GateType, Meter, Period
from service.campaigns.variant import Ticker, TickerLabel
from service.decisions import answer_json, prompt
from service.decisions.answer_json import answer_body, answer_text
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
def test_the_text_is_the_body_as_json(name: str, more: dict[str, str]) -> None:
    for number in range(3):
        answer = answered(SITES[name], number, **more)

        assert json.loads(answer_text(answer)) == answer_body(answer)


def test_a_prompt_that_depends_on_the_reader_is_not_shared() -> None:
    shared, own = (
        answered(SITES[name], 1).prompts[0].prompt for name in ("the same for all", "a name of the reader's")
    )

    assert shared.is_shared
    assert not own.is_shared
    assert answered(SITES["the same for all"], 2).prompts[0].prompt is shared


def test_the_cache_of_prompts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt, "MAX_OFFERS", 5)
    monkeypatch.setattr(answer_json, "MAX_TEXTS", 7)
    site = make.compiled(make.campaign())

    for number in range(20):
        answer_text(answered(site, number, country=f"{chr(65 + number)}X"))

    assert len(site.appeals[0].offers) <= 5
    assert len(answer_json._texts) <= 7
