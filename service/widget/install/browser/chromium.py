"""Visit a page with a real Chromium, driven by Playwright, which is optional: the service runs without it.

The visit does not change what campaigns measure: its requests to `/v1/events` are stopped.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, Playwright, Route, sync_playwright

from service.addresses import is_loopback, split_address
from service.widget.install.browser.sample_prompts import sample_decision
from service.widget.install.browser.traffic import Traffic, read_body
from service.widget.install.browser.visit import BrowserMissingError, BrowserVisit, PageLayout, SeenPlace
from service.widget.install.page.fetch import PageUnreachableError
from service.widget.install.page.parts import BODY_SELECTORS, COMMENT_SELECTORS, gated_selector
from service.widget.install.page.source import LOADER_PATH, read_source

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
# A page of this machine may send the browser to a page of another, or have it in a frame.
THIS_MACHINE_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]"
SCREEN = {"width": 1280, "height": 900}
PHONE_WIDTH, PHONE_HEIGHT = 390, 844
GOTO_MILLISECONDS = 20_000
PATIENCE_SECONDS = 8.0
STEP_MILLISECONDS = 100
AFTER_ANSWER_MILLISECONDS = 400
DECIDE_ADDRESS = "**/v1/decide"
EVENTS_ADDRESS = "**/v1/events"

IS_SETTLED = (
    "() => document.readyState === 'complete' && __keepopenCheck.events.some(({ name }) => name !== 'decision')"
)
DRAWN_COUNT = "(start) => __keepopenCheck.events.slice(start).filter(({ name }) => /shown|none/.test(name)).length"


def visit(url: str, chromium: str | None = None, patience_seconds: float = PATIENCE_SECONDS) -> BrowserVisit:
    """Start a Chromium, visit the page, and close it. Raise BrowserMissingError or PageUnreachableError.

    As root, Chromium only starts without its sandbox, so then only pages of this machine are visited.
    """
    if os.geteuid() == 0 and not is_loopback(split_address(url).hostname or ""):
        raise BrowserMissingError("as root, Chromium would open a foreign page without its sandbox: use another user")
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=_executable(playwright, chromium), args=_flags())
        except Error as error:
            raise BrowserMissingError(f"the browser did not start: {error.message.splitlines()[0]}") from error
        try:
            return visit_with(browser, url, patience_seconds)
        finally:
            browser.close()


def visit_with(browser: Browser, url: str, patience_seconds: float = PATIENCE_SECONDS) -> BrowserVisit:
    """Visit the page as a new reader would. Raise PageUnreachableError if it cannot be opened."""
    context = browser.new_context(viewport={"width": SCREEN["width"], "height": SCREEN["height"]})
    try:
        context.add_init_script(_script("watch.js"))
        context.route(EVENTS_ADDRESS, lambda route: route.abort())
        page = context.new_page()
        traffic = Traffic(page)
        page.goto(url, wait_until="domcontentloaded", timeout=GOTO_MILLISECONDS)
        _wait(page, lambda: bool(page.evaluate(IS_SETTLED)), patience_seconds)
        found = _summary(page, traffic)
        undrawn = _draw_samples(page, patience_seconds) if _can_draw(found) else {}
        layout = _layout(page, found, undrawn)
        return replace(found, layout=replace(layout, hidden_on_phones=_hidden_on_phones(page, found)))
    except Error as error:
        raise PageUnreachableError(f"a browser cannot open it: {error.message.splitlines()[0]}") from error
    finally:
        context.close()


def _wait(page: Page, is_done: Callable[[], bool], patience_seconds: float) -> None:
    """Wait until the condition holds and the page has settled, or until the time is over."""
    for _ in range(max(1, round(patience_seconds * 1000 / STEP_MILLISECONDS))):
        if is_done():
            page.wait_for_timeout(AFTER_ANSWER_MILLISECONDS)
            return
        page.wait_for_timeout(STEP_MILLISECONDS)


def _summary(page: Page, traffic: Traffic) -> BrowserVisit:
    summary: dict[str, Any] = page.evaluate(_script("summarise.js"))
    bases = {address.partition(LOADER_PATH)[0] for address in traffic.addresses if LOADER_PATH in address}
    blocked = [
        directive.removesuffix("-elem")
        for directive, address in summary["blocked"]
        if LOADER_PATH in address or "/v1/decide" in address or any(base and address.startswith(base) for base in bases)
    ]
    return BrowserVisit(
        finished=read_source(page.url, page.content()),
        script_count=summary["scripts"],
        frames=traffic.frames(),
        is_running=summary["running"],
        requests=traffic.decide_requests(),
        blocked=tuple(dict.fromkeys(blocked)),
        failure=traffic.loader_failure(),
        reasons=tuple(dict.fromkeys(event["reason"] for event in summary["events"] if event["reason"])),
        consent_tools=tuple(summary["tools"]),
        has_consent_api=summary["consentApi"],
        had_consent_api_early=summary["early"],
    )


def _can_draw(found: BrowserVisit) -> bool:
    return found.is_running and bool(found.requests) and found.requests[-1].is_answered and "off" not in found.reasons


def _draw_samples(page: Page, patience_seconds: float) -> dict[str, str]:
    """Let the widget draw a sample prompt in every place. Return its reasons for not drawing, by placement."""
    answered: list[int] = []

    def answer(route: Route) -> None:
        decision = sample_decision(read_body(route.request).get("placements", ()))
        answered.append(len(decision["prompts"]))
        origin = route.request.headers.get("origin", "*")
        allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        route.fulfill(json=decision, headers=allowed)

    start: int = page.evaluate("() => __keepopenCheck.events.length")
    page.route(DECIDE_ADDRESS, answer)
    page.evaluate("() => { keepopen.page({}); }")
    _wait(page, lambda: bool(answered) and page.evaluate(DRAWN_COUNT, start) >= answered[-1], patience_seconds)
    events: list[dict[str, str]] = page.evaluate("(start) => __keepopenCheck.events.slice(start)", start)
    return {event["placement"]: event["reason"] for event in events if event["name"] == "none"}


def _layout(page: Page, found: BrowserVisit, undrawn: dict[str, str]) -> PageLayout:
    source = found.finished
    selectors = {
        "gated": gated_selector(source) if source else "",
        "keepClear": source.attribute("keep_clear") if source else "",
        "bodies": BODY_SELECTORS,
        "comments": COMMENT_SELECTORS,
    }
    measured: dict[str, Any] = page.evaluate(_script("measure.js"), selectors)
    places = tuple(
        SeenPlace(
            placement=place["placement"],
            width=place["width"],
            height=place["height"],
            paragraph_width=place["paragraphWidth"],
            is_visible=place["isVisible"],
            is_drawn=place["isDrawn"],
        )
        for place in measured["places"]
    )
    return PageLayout(
        places=places,
        undrawn=undrawn,
        gated_count=measured["gated"],
        keep_clear_count=measured["keepClear"],
        body_candidates=tuple(measured["bodies"]),
        covered=measured["covered"],
        screen_height=measured["screenHeight"],
    )


def _hidden_on_phones(page: Page, found: BrowserVisit) -> frozenset[str]:
    """Return the placements of which no place can be seen in a window as narrow as a phone."""
    page.set_viewport_size({"width": PHONE_WIDTH, "height": PHONE_HEIGHT})
    page.wait_for_timeout(AFTER_ANSWER_MILLISECONDS)
    places = _layout(page, found, {}).places
    return frozenset(place.placement for place in places) - {place.placement for place in places if place.is_visible}


@cache
def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _executable(playwright: Playwright, chromium: str | None) -> str:
    """Return the browser to start: the given one, one on the path, or Playwright's own."""
    own = playwright.chromium.executable_path
    found = chromium or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found is None and not Path(own).exists():
        raise BrowserMissingError("no Chromium was found")
    return found or own


def _flags() -> list[str]:
    """Return the command line flags. Chromium does not start as root with its sandbox."""
    return [*FLAGS, "--no-sandbox", THIS_MACHINE_ONLY] if os.geteuid() == 0 else list(FLAGS)
