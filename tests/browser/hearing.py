"""What the widget told a page, in the order it told it."""

from typing import Any

from playwright.sync_api import Page

NAMES = "decision shown seen dismissed amount checkout returned none error"
HEAR = f"""
window.heard = [];
for (const name of '{NAMES}'.split(' ')) addEventListener('keepopen:' + name, (event) => heard.push(event.detail));
"""


def heard(page: Page) -> list[dict[str, Any]]:
    """The payload of each event so far."""
    found: list[dict[str, Any]] = page.evaluate("window.heard")
    return found


def events_on(page: Page) -> list[str]:
    return [payload["event"] for payload in heard(page)]


def wait_for(page: Page, name: str, count: int = 1) -> None:
    """Until the widget has told `name` so often. For pages whose policy lets Playwright evaluate text."""
    page.wait_for_function(f"heard.filter((payload) => payload.event === '{name}').length >= {count}")
