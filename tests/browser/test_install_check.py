"""Broken installations, and the diagnosis of each."""

import threading
from collections.abc import Callable
from typing import Any, Protocol, cast

import pytest
from playwright.sync_api import Browser, BrowserContext

from service.widget.install.browser import look, observe
from service.widget.install.check import check_page
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, InstallFinding, InstallSeverity
from service.widget.install.observer import BrowserMissingError
from tests.browser.patience import patience
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.chromium import CHROMIUM

pytestmark = pytest.mark.browser

FACTS = """<script type="application/ld+json">
    {"@type": "NewsArticle", "articleSection": "News", "keywords": "town"}</script>"""
LINK = '<a href="/support/courier">Support us</a>'
PATIENCE_SECONDS = 15.0
SHORT_PATIENCE_SECONDS = 0.5
NEVER_STARTS = {
    Code.SCRIPT_MISSING,
    Code.SCRIPT_HELD,
    Code.SCRIPT_REWRITTEN,
    Code.BLOCKED_BY_CSP,
    Code.NOT_RUNNING,
}


class PatientBrowser:
    """A browser whose pages give the widget more time than a reader's do, for a machine that is busy."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def new_context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(**options)
        context.add_init_script(patience())
        return context


class Check(Protocol):
    def __call__(self, url: str, patience_seconds: float = PATIENCE_SECONDS) -> tuple[InstallFinding, ...]: ...


@pytest.fixture
def check(browser: Browser, press: Press, stub: Stub) -> Check:
    """Look at a page as the doctor does; with less patience where nothing will ever start."""
    patient = cast("Browser", PatientBrowser(browser))
    expected = Expected(stub.url, {"courier": (press.url,), "herald": ("https://herald.example",)})

    def look_at(url: str, patience_seconds: float = PATIENCE_SECONDS) -> tuple[InstallFinding, ...]:
        return check_page(url, expected, lambda seen: look(patient, seen, patience_seconds))

    return look_at


def serious(findings: tuple[InstallFinding, ...]) -> list[Code]:
    return [finding.code for finding in findings if finding.severity is InstallSeverity.PROBLEM]


def advised(findings: tuple[InstallFinding, ...]) -> list[Code]:
    return [finding.code for finding in findings if finding.severity is InstallSeverity.ADVICE]


def test_a_page_as_documented_is_right(check: Check, press: Press, stub: Stub) -> None:
    stub.show(prompt())

    found = check(press.article(LINK, head=FACTS + press.script()))

    assert {finding.severity for finding in found} == {InstallSeverity.FINE}
    assert stub.event_names() == []


BROKEN: dict[str, tuple[Callable[[Press], str], Code]] = {
    "no script": (lambda press: press.article(head=FACTS), Code.SCRIPT_MISSING),
    "loaded twice": (lambda press: press.article(head=FACTS + press.script() * 2), Code.SCRIPT_TWICE),
    "loaded twice, once by a tag manager": (
        lambda press: press.article(
            "<script>document.head.append(Object.assign(document.createElement('script'), "
            "{ src: document.querySelector('[data-site]').src }))</script>",
            head=FACTS + press.script(),
        ),
        Code.SCRIPT_TWICE,
    ),
    "a site nobody knows": (
        lambda press: press.article(head=FACTS + press.script().replace("courier", "curier")),
        Code.WRONG_SITE,
    ),
    "another publication's site": (
        lambda press: press.article(head=FACTS + press.script().replace("courier", "herald")),
        Code.WRONG_SITE,
    ),
    "script blocked by policy": (
        lambda press: press.article(head=FACTS + press.script(), content_security_policy="script-src 'self'"),
        Code.BLOCKED_BY_CSP,
    ),
    "question blocked by policy": (
        lambda press: press.article(
            head=FACTS + press.script(),
            content_security_policy=f"script-src {press.service}; connect-src 'self'",
        ),
        Code.BLOCKED_BY_CSP,
    ),
    "held back by a consent tool": (
        lambda press: press.article(head=FACTS + press.script('type="text/plain" data-cookieconsent="marketing"')),
        Code.SCRIPT_HELD,
    ),
    "rewritten by a lazy-load optimiser": (
        lambda press: press.article(head=FACTS + press.script().replace(" src=", " data-lazy-src=")),
        Code.SCRIPT_REWRITTEN,
    ),
    "a consent tool that speaks no TCF": (
        lambda press: press.article(head=FACTS + "<script>window.Cookiebot = {}</script>" + press.script("")),
        Code.CONSENT_TOOL_SILENT,
    ),
    "a consent tool that comes late": (
        lambda press: press.article(
            head=FACTS
            + press.script("")
            + "<script>addEventListener('load', () => { window.__tcfapi = () => {} })</script>"
        ),
        Code.CONSENT_TOOL_LATE,
    ),
    "no page facts": (
        lambda press: press.publish("<h1>A story</h1>", head=press.script(), path="story"),
        Code.FACTS_MISSING,
    ),
    "the service under another address": (
        lambda press: press.article(head=FACTS + press.script().replace("127.0.0.1", "localhost")),
        Code.WRONG_SERVICE,
    ),
    "the name taken by somebody else": (
        lambda press: press.article(
            head=FACTS + "<script>window.keepopen = { version: '9' }</script>" + press.script()
        ),
        Code.NOT_RUNNING,
    ),
}


@pytest.mark.parametrize(("page", "code"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_named(check: Check, press: Press, page: Callable[[Press], str], code: Code) -> None:
    found = check(page(press), SHORT_PATIENCE_SECONDS if code in NEVER_STARTS else PATIENCE_SECONDS)

    assert code in serious(found)
    assert set(serious(found)) <= {code, Code.THIRD_PARTY_COOKIE}


def test_a_service_on_another_domain_costs_what_is_said(check: Check, press: Press) -> None:
    there = press.article(head=FACTS + press.script()).replace("127.0.0.1", "localhost")
    kept = press.article(head=FACTS + press.script('data-passport="local"'), path="kept").replace(
        "127.0.0.1", "localhost"
    )

    in_cookie, in_storage = check(there), check(kept)

    assert Code.THIRD_PARTY_COOKIE in serious(in_cookie)
    assert Code.ORIGIN_NOT_LISTED in serious(in_cookie)
    assert Code.THIRD_PARTY_STORAGE in advised(in_storage)
    assert any("Safari" in finding.what + finding.remedy for finding in in_storage)


def test_a_tag_manager_is_no_fault_but_a_cost(check: Check, press: Press, stub: Stub) -> None:
    adding = f"""<script>document.head.append(Object.assign(document.createElement('script'),
        {{ src: '{stub.url}/v1/wid' + 'get.js', async: true, onload() {{}} }}));
        document.head.lastChild.dataset.site = 'courier'</script>"""

    found = check(press.article(head=FACTS + adding))

    assert serious(found) == []
    assert Code.SCRIPT_ADDED_LATE in advised(found)


def test_an_answer_that_never_comes_is_named(check: Check, press: Press, stub: Stub) -> None:
    stub.decide = lambda _: ({"code": "not_ready"}, 503)

    assert serious(check(press.article(head=FACTS + press.script()))) == [Code.NOT_ANSWERED]


def test_an_appeal_without_a_place_is_named(check: Check, press: Press, stub: Stub) -> None:
    stub.show(prompt(placement="article_end"))

    body = '<h1>A story</h1><keep-open placement="article_top"></keep-open>'

    assert serious(check(press.publish(body, head=FACTS + press.script()))) == [Code.PLACE_MISSING]


def test_a_browser_of_its_own_is_started_and_a_missing_one_is_said(press: Press, stub: Stub) -> None:
    url = press.article(head=FACTS + press.script())
    found: list[object] = []

    def run() -> None:  # the suite's own browser holds this thread's loop
        found.append(observe(url, CHROMIUM, PATIENCE_SECONDS).is_running)
        with pytest.raises(BrowserMissingError):
            observe(url, "/nowhere/chromium", PATIENCE_SECONDS)
        found.append("missing")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)

    assert found == [True, "missing"]
