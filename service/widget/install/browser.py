"""Looking at a page with a real browser. The only file that imports Playwright, which the service does without.

The visit leaves no trace in what campaigns measure: prompts it shows are not reported as seen, neither at once (the
request is stopped) nor when the page goes (nobody hears of it, as a last request could not be stopped any more).
"""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright, Request, Response, sync_playwright

from service.widget.install.fetch import PageUnreachableError
from service.widget.install.locality import Locality
from service.widget.install.observer import BrowserMissingError
from service.widget.install.sight import ServiceCall, Sight
from service.widget.install.source import OURS

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
GOTO_MILLISECONDS = 20_000
PATIENCE_SECONDS = 8.0
STEP_MILLISECONDS = 100
AFTER_ANSWER_MILLISECONDS = 300
QUESTION = "/v1/decide"

LISTEN = """
(() => {
  const seen = { events: [], blocked: [], early: false };
  Object.defineProperty(window, '__keepopenCheck', { value: seen });
  for (const name of ['decision', 'shown', 'none', 'error'])
    addEventListener('keepopen:' + name, ({ detail }) => seen.events.push([name, `${detail.reason ?? ''}`]));
  addEventListener('securitypolicyviolation', ({ disposition, effectiveDirective, blockedURI }) =>
    disposition === 'enforce' && seen.blocked.push([effectiveDirective, blockedURI]), true);
  addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true);
  addEventListener('DOMContentLoaded', () => seen.early = Boolean(window.__tcfapi || window.__gpp), true);
})()
"""
IS_SETTLED = """
document.readyState === 'complete' && window.__keepopenCheck.events.some(([name]) => name !== 'decision')
"""
TELL = """
(() => ({
  ...window.__keepopenCheck,
  tags: document.querySelectorAll('script[src*="v1/widget"]').length,
  running: window.keepopen?.version === 1,
  speaks: Boolean(window.__tcfapi || window.__gpp),
  tools: Object.entries({ OneTrust: 'OneTrust', Cookiebot: 'Cookiebot', Didomi: 'Didomi', UC_UI: 'Usercentrics',
    _sp_: 'Sourcepoint', _iub: 'iubenda', getCkyConsent: 'CookieYes', truste: 'TrustArc',
    cmplz_has_consent: 'Complianz', klaro: 'Klaro' }).filter(([name]) => name in window).map(([, name]) => name),
}))()
"""


@dataclass
class _Traffic:
    """Requests of the widget, and what became of them."""

    requests: list[Request] = field(default_factory=list)
    statuses: dict[Request, int] = field(default_factory=dict)
    failures: dict[Request, str] = field(default_factory=dict)

    def begin(self, request: Request) -> None:
        if QUESTION in request.url or OURS in request.url:
            self.requests.append(request)

    def answer(self, response: Response) -> None:
        self.statuses[response.request] = response.status

    def fail(self, request: Request) -> None:
        self.failures[request] = request.failure or "it failed"


def observe(url: str, chromium: str | None = None, patience_seconds: float = PATIENCE_SECONDS) -> Sight:
    """Start a Chromium, look, and close it. Raises BrowserMissingError and PageUnreachableError."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=_executable(playwright, chromium), args=_flags())
        except Error as error:
            raise BrowserMissingError(f"the browser did not start: {error.message.splitlines()[0]}") from error
        try:
            return look(browser, url, patience_seconds)
        finally:
            browser.close()


def look(browser: Browser, url: str, patience_seconds: float = PATIENCE_SECONDS) -> Sight:
    """What a new reader's browser sees of the widget on this page. Raises PageUnreachableError."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        context.add_init_script(LISTEN)
        context.route("**/v1/events", lambda route: route.abort())
        page, traffic = context.new_page(), _Traffic()
        page.on("request", traffic.begin)
        page.on("response", traffic.answer)
        page.on("requestfailed", traffic.fail)
        page.goto(url, wait_until="domcontentloaded", timeout=GOTO_MILLISECONDS)
        return _sight(_settled(page, patience_seconds), traffic)
    except Error as error:
        raise PageUnreachableError(f"a browser cannot open it: {error.message.splitlines()[0]}") from error
    finally:
        context.close()


def _settled(page: Page, patience_seconds: float) -> dict[str, Any]:
    """What the page tells once it is loaded and the widget has come to an end, or patience has."""
    for _ in range(max(1, round(patience_seconds * 1000 / STEP_MILLISECONDS))):
        if page.evaluate(IS_SETTLED):
            page.wait_for_timeout(AFTER_ANSWER_MILLISECONDS)
            break
        page.wait_for_timeout(STEP_MILLISECONDS)
    found: dict[str, Any] = page.evaluate(TELL)
    return found


def _sight(told: dict[str, Any], traffic: _Traffic) -> Sight:
    widget = {request.url.partition(OURS)[0] for request in traffic.requests if OURS in request.url}
    blocked = [name.removesuffix("-elem") for name, url in told["blocked"] if _is_widget(url, widget)]
    return Sight(
        tag_count=told["tags"],
        is_running=told["running"],
        asked=tuple(_asked(request, traffic) for request in traffic.requests if QUESTION in request.url),
        blocked=tuple(dict.fromkeys(blocked)),
        failure=_loader_failure(traffic),
        reasons=tuple(dict.fromkeys(reason for _, reason in told["events"] if reason)),
        consent_tools=tuple(told["tools"]),
        speaks_consent=told["speaks"],
        spoke_early=told["early"],
    )


def _is_widget(url: str, bases: set[str]) -> bool:
    return OURS in url or QUESTION in url or any(base and url.startswith(base) for base in bases)


def _loader_failure(traffic: _Traffic) -> str:
    for request in traffic.requests:
        if request.resource_type == "script" and OURS in request.url:
            status = traffic.statuses.get(request, 200)
            return f"status {status}" if status >= 400 else traffic.failures.get(request, "")
    return ""


def _asked(request: Request, traffic: _Traffic) -> ServiceCall:
    status, failure = traffic.statuses.get(request), traffic.failures.get(request, "")
    site = request.all_headers().get("sec-fetch-site", "") if status else ""
    body = _body(request)
    return ServiceCall(
        url=request.url,
        status=None if failure else status,
        failure=failure,
        locality=Locality(site) if site in set(Locality) else None,
        consent=str(body.get("consent", "none")),
        page_type=str(body.get("page_type", "")),
        section=str(body.get("section", "")),
        has_tags=bool(body.get("tags")),
        language=str(body.get("language", "")),
    )


def _body(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.post_data or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _executable(playwright: Playwright, chromium: str | None) -> str:
    """The browser to start: the one named, one on the path, or Playwright's own."""
    own = playwright.chromium.executable_path
    found = chromium or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None and not Path(own).exists():
        raise BrowserMissingError("no Chromium was found")
    return found or own


def _flags() -> list[str]:
    """As root Chromium only starts without its sandbox."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
