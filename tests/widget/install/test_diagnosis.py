"""What a browser saw, and how it is put together with what the page says."""

from dataclasses import replace

import pytest

from service.widget.install.diagnosis import diagnose
from service.widget.install.finding import Code
from service.widget.install.locality import Locality
from service.widget.install.sight import ServiceCall, Sight
from service.widget.install.source import read_source
from tests.widget.install.pages import EXPECTED, GOOD, PAGE, SCRIPT, advised, serious

ASKED = ServiceCall(
    "https://support.courier.example/v1/decide", 200, "", Locality.SAME_SITE, "full", "article", "News", True, "en"
)
WELL = Sight(tag_count=1, is_running=True, asked=(ASKED,), reasons=("no_prompt",))


def saw(sight: Sight, html: str = GOOD) -> tuple[list[Code], list[Code]]:
    """Codes of problems, and of advice."""
    found = diagnose(read_source(PAGE, html), EXPECTED, sight)
    return serious(found), advised(found)


def test_a_widget_that_asks_and_is_answered_is_right() -> None:
    assert saw(WELL) == ([], [])


@pytest.mark.parametrize(
    ("sight", "code"),
    [
        (Sight(tag_count=1, failure="net::ERR_BLOCKED_BY_CLIENT"), Code.SCRIPT_FAILED),
        (Sight(tag_count=1, blocked=("script-src",), failure="csp"), Code.BLOCKED_BY_CSP),
        (Sight(tag_count=1), Code.NOT_RUNNING),
        (replace(WELL, tag_count=2), Code.SCRIPT_TWICE),
        (replace(WELL, asked=()), Code.NOT_ANSWERED),
        (replace(WELL, asked=(replace(ASKED, status=503),)), Code.NOT_ANSWERED),
        (replace(WELL, asked=(replace(ASKED, status=None, failure="net::ERR_FAILED"),)), Code.NOT_ANSWERED),
        (replace(WELL, reasons=("TimeoutError: signal timed out",)), Code.NOT_ANSWERED),
        (replace(WELL, reasons=("no_place",)), Code.PLACE_MISSING),
        (replace(WELL, asked=(replace(ASKED, locality=Locality.CROSS_SITE),)), Code.THIRD_PARTY_COOKIE),
    ],
)
def test_what_a_browser_saw_wrong_has_a_name(sight: Sight, code: Code) -> None:
    assert saw(sight) == ([code], [])


@pytest.mark.parametrize(
    ("sight", "code", "is_problem"),
    [
        (WELL, Code.CONSENT_NEVER_GIVEN, False),
        (replace(WELL, consent_tools=("Cookiebot",)), Code.CONSENT_TOOL_SILENT, True),
        (replace(WELL, speaks_consent=True, spoke_early=True), Code.CONSENT_UNANSWERED, False),
        (replace(WELL, speaks_consent=True), Code.CONSENT_TOOL_LATE, True),
    ],
)
def test_a_consent_tool_in_the_way_has_a_name(sight: Sight, code: Code, is_problem: bool) -> None:
    unanswered = replace(sight, asked=(replace(ASKED, consent="none"),))

    assert saw(unanswered) == (([code], []) if is_problem else ([], [code]))


def test_no_consent_on_purpose_is_nobodys_fault() -> None:
    html = GOOD.replace("async", 'async data-consent="none"')

    assert saw(replace(WELL, asked=(replace(ASKED, consent="none"),)), html) == ([], [])


def test_a_switched_off_widget_asks_nothing_and_says_so() -> None:
    assert saw(replace(WELL, asked=(), reasons=("off",))) == ([], [Code.SWITCHED_OFF])


def test_a_script_added_by_another_is_advice_once_it_runs() -> None:
    without = GOOD.replace(SCRIPT, "")

    assert saw(WELL, without) == ([], [Code.SCRIPT_ADDED_LATE])
    assert saw(Sight(), without) == ([Code.SCRIPT_MISSING], [])


def test_a_symptom_is_not_told_where_its_cause_is() -> None:
    unanswered = replace(WELL, asked=(replace(ASKED, status=404),))

    assert saw(unanswered, GOOD.replace('"courier"', '"curier"')) == ([Code.WRONG_SITE], [])


def test_what_was_sent_stands_above_what_the_page_says() -> None:
    sent = replace(ASKED, section="", language="")

    assert saw(replace(WELL, asked=(sent,))) == ([], [Code.FACTS_MISSING])
