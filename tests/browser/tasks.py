"""How long a page's main thread is held up, from Chromium's own trace, on a processor slowed four times."""

import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser

from tests.browser.hearing import HEAR
from tests.browser.patience import patience
from tests.browser.stub import Stub

SLOW_DOWN = 4
CATEGORIES = ["toplevel", "devtools.timeline"]
PHONE: Any = {"width": 390, "height": 844}
TASK = "RunTask"

Event = dict[str, Any]


def widget_tasks(browser: Browser, address: str, stub: Stub) -> list[float]:
    """Milliseconds of processor time of each task from the widget's start until its prompt was seen, frames included.

    Pages for this have no script of their own, and nobody else talks to the page in the meantime, so all of it is the
    widget's doing. Empty where nothing was shown: a very busy machine does not keep the widget's deadlines.
    """
    events = trace(browser, address, lambda: "seen" in stub.event_names())
    return after_the_start(events) if "seen" in stub.event_names() else []


def plain_tasks(browser: Browser, address: str) -> list[float]:
    """The same of a whole load of a page without the widget."""
    events = trace(browser, address, lambda: False, seconds=1)
    return [length(task) for task in tasks(events, thread_of(events, address))]


def trace(browser: Browser, address: str, is_done: Callable[[], bool], seconds: float = 6) -> list[Event]:
    """What Chromium noted of a cold load, until `is_done` or for so long."""
    events: list[Event] = []
    ended: list[Any] = []
    context = browser.new_context(viewport=PHONE)
    context.add_init_script(HEAR)
    context.add_init_script(patience())
    page = context.new_page()
    page.goto("about:blank")
    tools = context.new_cdp_session(page)
    tools.on("Tracing.dataCollected", lambda part: events.extend(part["value"]))
    tools.on("Tracing.tracingComplete", lambda end: ended.append(end))  # noqa: PLW0108 - Playwright marks the function
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    tools.send("Tracing.start", {"traceConfig": {"includedCategories": CATEGORIES}, "transferMode": "ReportEvents"})
    page.goto(address)
    for _ in range(int(seconds * 10)):
        page.wait_for_timeout(100)
        if is_done():
            break
    tools.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(20)
    context.close()
    return events


def after_the_start(events: list[Event]) -> list[float]:
    thread = thread_of(events, "/v1/widget.js")
    began = min(event["ts"] for event in events if is_on(event, thread) and is_start(event))
    script = [event["ts"] for event in events if is_on(event, thread) and event["name"] == "EvaluateScript"]
    return [
        length(task)
        for task in tasks(events, thread)
        if task["ts"] + task["dur"] >= began or any(task["ts"] <= at <= task["ts"] + task["dur"] for at in script)
    ]


def is_start(event: Event) -> bool:
    data = event.get("args", {}).get("data", {})
    return event["name"] == "FunctionCall" and data.get("functionName") == "start" and "widget.js" in data["url"]


def thread_of(events: list[Event], text: str) -> tuple[int, int]:
    """The main thread of the page whose work mentions `text`."""
    names = {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one["name"] == "thread_name"}
    found = {
        (event["pid"], event["tid"])
        for event in events
        if names.get((event["pid"], event["tid"])) == "CrRendererMain" and text in json.dumps(event.get("args", {}))
    }
    return found.pop()


def is_on(event: Event, thread: tuple[int, int]) -> bool:
    return (event["pid"], event["tid"]) == thread


def tasks(events: list[Event], thread: tuple[int, int]) -> list[Event]:
    return [event for event in events if is_on(event, thread) and event["name"].endswith(TASK) and "dur" in event]


def length(task: Event) -> float:
    microseconds: float = task["tdur"] if "tdur" in task else task["dur"]
    return microseconds / 1000
