"""What the page says and what a browser saw are put together."""

from dataclasses import replace

import pytest

from service.widget.install.browser.visit import BrowserVisit, DecideRequest, PageLayout, SeenPlace
from service.widget.install.diagnosis import diagnose
from service.widget.install.finding import Code, Severity
from service.widget.install.page.site_relation import SiteRelation
from service.widget.install.page.source import read_source
from tests.widget.install.pages import EXPECTED, GOOD, PAGE, SCRIPT, advices, problems

FACTS = {"page_id": "/news/tide", "page_type": "article", "section": "News", "tags": "tide", "language": "en-IE"}
REQUEST = DecideRequest(
    "https://support.courier.example/v1/decide", 200, "", SiteRelation.SAME_SITE, "full", facts=FACTS
)
GOOD_VISIT = BrowserVisit(
    finished=read_source(PAGE, GOOD),
    script_count=1,
    is_running=True,
    requests=(REQUEST,),
    reasons=("no_prompt",),
    layout=PageLayout((SeenPlace("article_end", 700, 300, 700, is_drawn=True),)),
)


def diagnosed(visit: BrowserVisit, html: str = GOOD) -> tuple[list[Code], list[Code]]:
    """Return the codes of problems, and those of advice."""
    found = diagnose(read_source(PAGE, html), EXPECTED, visit).findings
    return problems(found), advices(found)


def test_a_widget_that_gets_an_answer_is_right() -> None:
    assert diagnosed(GOOD_VISIT) == ([], [])


def test_without_a_browser_the_page_as_served_is_checked() -> None:
    diagnosis = diagnose(read_source(PAGE, GOOD, ("script-src https:; connect-src https:",)), EXPECTED, None)

    assert (problems(diagnosis.findings), advices(diagnosis.findings)) == ([], [Code.NO_BROWSER])
    assert diagnosis.facts.value("section") == "News"
    assert not diagnosis.facts.were_sent


@pytest.mark.parametrize(
    ("visit", "code"),
    [
        (BrowserVisit(script_count=1, failure="net::ERR_BLOCKED_BY_CLIENT"), Code.SCRIPT_FAILED),
        (BrowserVisit(script_count=1, blocked=("script-src",), failure="csp"), Code.BLOCKED_BY_CSP),
        (BrowserVisit(script_count=1), Code.NOT_RUNNING),
        (replace(GOOD_VISIT, script_count=2), Code.SCRIPT_TWICE),
        (replace(GOOD_VISIT, requests=()), Code.NOT_ANSWERED),
        (replace(GOOD_VISIT, requests=(replace(REQUEST, status=503),)), Code.NOT_ANSWERED),
        (replace(GOOD_VISIT, requests=(replace(REQUEST, status=None, failure="refused"),)), Code.NOT_ANSWERED),
        (replace(GOOD_VISIT, reasons=("TimeoutError: signal timed out",)), Code.NOT_ANSWERED),
        (replace(GOOD_VISIT, reasons=("no_place",)), Code.PLACE_MISSING),
        (replace(GOOD_VISIT, requests=(replace(REQUEST, relation=SiteRelation.CROSS_SITE),)), Code.THIRD_PARTY_COOKIE),
    ],
)
def test_a_fault_seen_in_the_browser_is_a_problem(visit: BrowserVisit, code: Code) -> None:
    assert diagnosed(visit)[0] == [code]


@pytest.mark.parametrize("reason", ["too_narrow", "too_high", "hidden"])
def test_a_place_that_does_not_fit_is_not_reported_as_a_missing_answer(reason: str) -> None:
    assert diagnosed(replace(GOOD_VISIT, reasons=(reason,))) == ([], [])


@pytest.mark.parametrize(
    ("visit", "code", "is_problem"),
    [
        (GOOD_VISIT, Code.CONSENT_NEVER_GIVEN, False),
        (replace(GOOD_VISIT, consent_tools=("Cookiebot",)), Code.CONSENT_TOOL_SILENT, True),
        (replace(GOOD_VISIT, has_consent_api=True, had_consent_api_early=True), Code.CONSENT_UNANSWERED, False),
        (replace(GOOD_VISIT, has_consent_api=True), Code.CONSENT_TOOL_LATE, True),
    ],
)
def test_a_missing_consent_is_explained(visit: BrowserVisit, code: Code, is_problem: bool) -> None:
    unanswered = replace(visit, requests=(replace(REQUEST, consent="none"),))

    assert diagnosed(unanswered) == (([code], []) if is_problem else ([], [code]))


def test_a_stated_refusal_of_consent_is_no_fault() -> None:
    html = GOOD.replace("async", 'async data-consent="none"')
    visit = replace(GOOD_VISIT, finished=read_source(PAGE, html), requests=(replace(REQUEST, consent="none"),))

    assert diagnosed(visit, html) == ([], [])


def test_a_widget_that_is_switched_off_requests_nothing() -> None:
    assert diagnosed(replace(GOOD_VISIT, requests=(), reasons=("off",))) == ([], [Code.SWITCHED_OFF])


def test_a_script_added_by_another_script_is_advice_if_it_runs() -> None:
    without = GOOD.replace(SCRIPT, "")

    assert diagnosed(GOOD_VISIT, without) == ([], [Code.SCRIPT_ADDED_LATE])
    assert diagnosed(BrowserVisit(), without)[0] == [Code.SCRIPT_MISSING]


def test_a_widget_that_is_only_in_a_frame_is_a_problem() -> None:
    without = GOOD.replace(SCRIPT, "")

    assert diagnosed(BrowserVisit(frames=("https://x.example/",)), without)[0] == [Code.SCRIPT_IN_FRAME]
    assert diagnosed(replace(GOOD_VISIT, frames=("https://x.example/",))) == ([], [Code.SCRIPT_IN_FRAME])


def test_a_symptom_is_not_reported_beside_its_cause() -> None:
    unanswered = replace(GOOD_VISIT, requests=(replace(REQUEST, status=404),))

    assert diagnosed(unanswered, GOOD.replace('"courier"', '"curier"')) == ([Code.WRONG_SITE], [])


def test_the_facts_that_were_sent_count_more_than_the_page() -> None:
    sent = {name: value for name, value in FACTS.items() if name != "section"}

    assert diagnosed(replace(GOOD_VISIT, requests=(replace(REQUEST, facts=sent),))) == ([], [Code.FACTS_MISSING])


def test_places_that_a_script_inserts_are_not_missing() -> None:
    assert diagnosed(GOOD_VISIT, GOOD.replace("keep-open", "div")) == ([], [])


def test_every_place_has_a_finding_of_its_own() -> None:
    narrow = tuple(SeenPlace(name, 80, 900, 700) for name in ("article_top", "article_end"))

    assert diagnosed(replace(GOOD_VISIT, layout=PageLayout(narrow)))[0] == [Code.PLACE_TOO_NARROW] * 2


def test_a_live_gate_of_the_site_needs_a_part_to_hide() -> None:
    expected = replace(EXPECTED, gated=frozenset({"courier"}))

    found = diagnose(read_source(PAGE, GOOD), expected, GOOD_VISIT).findings

    assert problems(found) == [Code.GATED_PART_MISSING]
    assert found[0].severity is Severity.PROBLEM
