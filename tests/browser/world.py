"""Values and acts that several browser tests share: prompts, slow lines, files that are held back."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, Route

from tests.browser.hearing import events_on

REGION = "You have read seven of our stories this month"
GATE = {"kind": "gate", "placement": "over_article", "gate": {"type": "payment", "strength": "hard"}}
SOFT_GATE = {**GATE, "gate": {"type": "payment", "strength": "soft"}}
BANNER = {"kind": "banner", "placement": "page_bottom", "campaign": "b"}
PLACES: dict[str, dict[str, Any]] = {
    "head of the article": {},
    "end of the article": {"placement": "article_end"},
    "banner": {"kind": "banner", "placement": "page_bottom"},
    "gate": SOFT_GATE,
}
HEAR_REJECTIONS = "addEventListener('unhandledrejection', () => heard.push({ event: 'unhandled' }));"
OBSERVE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.value)))
    .observe({ type: 'layout-shift', buffered: true });
"""
LATENCY_MILLISECONDS = 100


def gpp(applicable: Any, sections: Any, **changes: Any) -> str:
    """A consent tool that answers through the Global Privacy Platform as soon as it is asked."""
    ping = {"signalStatus": "ready", "applicableSections": applicable, "parsedSections": sections} | changes
    event = json.dumps({"eventName": "signalStatus", "data": ping["signalStatus"], "pingData": ping})
    return f"<script>window.__gpp = (command, listener) => listener({event}, true);</script>"


def tcf(data: Any, is_ok: bool = True) -> str:
    """A consent tool that answers through the TCF as soon as it is asked."""
    answer = f"{json.dumps(data)}, {json.dumps(is_ok)}"
    return f"<script>window.__tcfapi = (command, version, listener) => listener({answer});</script>"


def hold(page: Page, name: str) -> Callable[[], None]:
    """Keep requests for this file or path waiting; return how to let them go."""
    held: list[Route] = []
    is_open: list[bool] = []
    page.route(f"**/{name}", lambda route: route.continue_() if is_open else held.append(route))

    def release() -> None:
        is_open.append(True)
        for route in held:
            route.continue_()

    return release


def settled(page: Page) -> list[str]:
    """The names of all events so far, once what was let go has had its time."""
    page.wait_for_timeout(500)
    names = events_on(page)
    assert "unhandled" not in names
    return names


def slow_down(page: Page) -> None:
    """Add a latency to every request of this page."""
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MILLISECONDS, "downloadThroughput": -1, "uploadThroughput": -1},
    )
