"""The widget sends the facts of a page, and the installation check predicts them."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page

from schemas.decide import DecideSchema
from service.widget.install.browser.traffic import fact_text
from service.widget.install.page.fact_origins import expect_facts
from service.widget.install.page.facts import FACT_NAMES
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.browser.hearing import wait_for
from tests.browser.page_cases import CASES, NEWS, PLACE, data
from tests.browser.press import Press
from tests.browser.stub import Stub

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class Visited:
    """What the widget asked on the page of a case, and the finished page and its address."""

    asked: dict[str, Any]
    url: str
    html: str


@pytest.fixture(scope="module")
def kept_visits() -> dict[str, Visited]:
    return {}


@pytest.fixture
def visited(kept_visits: dict[str, Visited], request: pytest.FixtureRequest, name: str) -> Visited:
    """The page of a case, which is opened only once."""
    if name not in kept_visits:
        page, press, stub = (request.getfixturevalue(fixture) for fixture in ("page", "press", "stub"))
        kept_visits[name] = visit(page, press, stub, name)
    return kept_visits[name]


def visit(page: Page, press: Press, stub: Stub, name: str) -> Visited:
    address, head, body, _ = CASES[name]
    press.publish(body, head=head + press.script('data-consent="full" data-sign-in="/door/"'), path="*")
    page.goto(press.url + address)
    wait_for(page, "none")
    return Visited(stub.decides[0], page.url, page.content())


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", CASES)
def test_the_facts_of_a_page(visited: Visited, name: str) -> None:
    expected = CASES[name][-1]
    asked = {key: value for key, value in visited.asked.items() if key != "_cookie"}

    assert DecideSchema().validate(asked) == {}
    sent = {key: value.lower() if isinstance(value, str) else value for key, value in asked.items()}
    sent["gate"] = "over_article" in asked["placements"]
    sent["tags"] = {tag.lower() for tag in asked["tags"]}
    assert {key: sent.get(key) for key in expected} == {
        key: value.lower() if isinstance(value, str) else value for key, value in expected.items()
    }


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", CASES)
def test_the_installation_check_predicts_the_facts_of_a_page(visited: Visited, name: str) -> None:
    source = read_source(visited.url, visited.html)
    predicted = expect_facts(source, read_structured_data(source)).facts.values()
    sent = {fact: fact_text(visited.asked[fact]) for fact in FACT_NAMES if visited.asked.get(fact)}

    assert {fact.name: fact.value for fact in predicted} == sent


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(("status", "page_type"), [(404, "other"), (410, "other"), (500, "other"), (200, "article")])
def test_a_page_that_does_not_exist_is_no_article(
    page: Page, press: Press, stub: Stub, status: int, page_type: str
) -> None:
    page.goto(press.publish(PLACE, head=data(NEWS) + press.script(), status=status))
    wait_for(page, "none")

    assert stub.decides[0]["page_type"] == page_type
