"""Broken installations, each opened in a browser, and the finding about each."""

import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from service.widget.install.browser.chromium import visit
from service.widget.install.browser.visit import BrowserMissingError
from service.widget.install.finding import Code, Severity
from tests.browser.installation import ENOUGH_SECONDS, Installation
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt
from tests.chromium import CHROMIUM
from tests.widget.install.pages import advices, problems

pytestmark = pytest.mark.browser

FACTS = """<script type="application/ld+json">
    {"@type": "NewsArticle", "articleSection": "News", "keywords": "town"}</script>"""
LINK = '<a href="/support/courier">Support us</a>'
SHORT_SECONDS = 0.5
NEVER_STARTS = {
    Code.SCRIPT_MISSING,
    Code.SCRIPT_IN_FRAME,
    Code.SCRIPT_HELD,
    Code.SCRIPT_REWRITTEN,
    Code.BLOCKED_BY_CSP,
    Code.NOT_RUNNING,
}


@pytest.fixture
def installation(browser: Browser, press: Press) -> Installation:
    return Installation(browser, press)


def frame(press: Press) -> str:
    """Return a frame with another page of the press, which has the widget."""
    return f'<iframe src="{press.article(head=FACTS + press.script(), path="framed")}"></iframe>'


def test_a_page_as_documented_is_right(installation: Installation, press: Press, stub: Stub) -> None:
    stub.show(prompt())

    report = installation.check(press.article(LINK, head=FACTS + press.script()))

    assert {finding.severity for finding in report.findings} == {Severity.FINE}
    assert stub.event_names() == []


def test_a_page_under_the_strictest_policies_is_right(installation: Installation, press: Press) -> None:
    policy = f"default-src 'none'; script-src {press.service}; connect-src {press.service}; trusted-types 'none'"

    report = installation.check(
        press.article(
            LINK, head=FACTS + press.script(), Content_Security_Policy=f"{policy}; require-trusted-types-for 'script'"
        )
    )

    assert {finding.severity for finding in report.findings} == {Severity.FINE}
    assert all(place.is_drawn for place in report.places)


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
    "an unknown site": (
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
    "decision request blocked by policy": (
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
    "only in a frame": (
        lambda press: press.publish(f"<h1>A story</h1>{LINK}{frame(press)}", head=FACTS),
        Code.SCRIPT_IN_FRAME,
    ),
    "a consent tool without TCF": (
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
    "the global name taken by another script": (
        lambda press: press.article(
            head=FACTS + "<script>window.keepopen = { version: '9' }</script>" + press.script()
        ),
        Code.NOT_RUNNING,
    ),
}


@pytest.mark.parametrize(("page", "code"), BROKEN.values(), ids=BROKEN)
def test_a_broken_installation_is_named(
    installation: Installation, press: Press, page: Callable[[Press], str], code: Code
) -> None:
    seconds = SHORT_SECONDS if code in NEVER_STARTS else ENOUGH_SECONDS

    found = problems(installation.check(page(press), patience_seconds=seconds).findings)

    assert code in found
    assert set(found) <= {code, Code.THIRD_PARTY_COOKIE}


def test_a_service_on_another_domain_loses_the_history(installation: Installation, press: Press) -> None:
    there = press.article(head=FACTS + press.script()).replace("127.0.0.1", "localhost")
    local = press.article(head=FACTS + press.script('data-passport="local"'), path="local").replace(
        "127.0.0.1", "localhost"
    )

    with_cookie, with_storage = installation.check(there), installation.check(local)

    assert Code.THIRD_PARTY_COOKIE in problems(with_cookie.findings)
    assert Code.ORIGIN_NOT_LISTED in problems(with_cookie.findings)
    assert Code.THIRD_PARTY_STORAGE in advices(with_storage.findings)


def test_a_tag_manager_is_advice(installation: Installation, press: Press, stub: Stub) -> None:
    adding = f"""<script>document.head.append(Object.assign(document.createElement('script'),
        {{ src: '{stub.url}/v1/wid' + 'get.js', async: true, onload() {{}} }}));
        document.head.lastChild.dataset.site = 'courier'</script>"""

    report = installation.check(press.article(head=FACTS + adding))

    assert problems(report.findings) == []
    assert Code.SCRIPT_ADDED_LATE in advices(report.findings)


def test_a_frame_with_a_widget_of_its_own_is_advice(installation: Installation, press: Press) -> None:
    report = installation.check(press.article(LINK + frame(press), head=FACTS + press.script()))

    assert problems(report.findings) == []
    assert Code.SCRIPT_IN_FRAME in advices(report.findings)


def test_an_answer_with_an_error_is_named(installation: Installation, press: Press, stub: Stub) -> None:
    stub.decide = lambda _: ({"code": "not_ready"}, 503)

    report = installation.check(press.article(head=FACTS + press.script()))

    assert problems(report.findings) == [Code.NOT_ANSWERED]


def test_an_appeal_without_a_place_is_named(installation: Installation, press: Press, stub: Stub) -> None:
    stub.show(prompt(placement="article_end"))
    body = '<h1>A story</h1><keep-open placement="article_top"></keep-open>'

    report = installation.check(press.publish(body, head=FACTS + press.script()))

    assert problems(report.findings) == [Code.PLACE_MISSING]


def test_the_check_starts_a_browser_of_its_own_or_says_that_it_cannot(press: Press, stub: Stub) -> None:
    url = press.article(head=FACTS + press.script())
    found: list[object] = []

    def run() -> None:  # Playwright allows one browser in a thread, and the suite has its own in this one
        found.append(visit(url, CHROMIUM, ENOUGH_SECONDS).is_running)
        with pytest.raises(BrowserMissingError):
            visit(url, "/nowhere/chromium", ENOUGH_SECONDS)
        found.append("missing")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)

    assert found == [True, "missing"]
