"""As root, Chromium has no sandbox, so the check opens no page of anybody else's with it."""

import os

import pytest

from service.widget.install.browser import chromium
from service.widget.install.browser.visit import BrowserMissingError


class StartedError(Exception):
    """The browser would have been started."""


@pytest.fixture
def starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace Playwright, so that no browser is started."""

    def start() -> None:
        raise StartedError

    monkeypatch.setattr(chromium, "sync_playwright", start)


@pytest.mark.usefixtures("starts")
@pytest.mark.parametrize(
    ("user", "url", "error"),
    [
        (0, "https://courier.example/story", BrowserMissingError),
        (0, "http://10.0.0.1/", BrowserMissingError),
        (0, "https://localhost.evil.example/", BrowserMissingError),
        (0, "https://127.0.0.1@evil.example/", BrowserMissingError),
        (0, "https://[::1", BrowserMissingError),
        (0, "http://127.0.0.1:8002/story", StartedError),
        (0, "http://[::1]:8002/story", StartedError),
        (0, "http://localhost:8002/story", StartedError),
        (1000, "https://courier.example/story", StartedError),
    ],
)
def test_only_pages_of_this_machine_are_opened_as_root(
    monkeypatch: pytest.MonkeyPatch, user: int, url: str, error: type[Exception]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)

    with pytest.raises(error):
        chromium.visit(url)
