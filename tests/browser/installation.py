"""Check pages as `flask doctor --page` does, with the suite's own browser."""

from typing import Any, cast

from playwright.sync_api import Browser, BrowserContext

from service.campaigns.page_rules import PageType
from service.widget.install.browser.chromium import visit_with
from service.widget.install.check import PageReport, check_page
from service.widget.install.expected import Expected
from service.widget.install.page_argument import RequestedPage
from tests.browser.patience import patience
from tests.browser.press import Press

ENOUGH_SECONDS = 15.0


class PatientBrowser:
    """A browser whose pages give the widget more time than a reader's do, for a busy machine."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    def new_context(self, **options: Any) -> BrowserContext:
        context = self.browser.new_context(**options)
        context.add_init_script(patience())
        return context


class Installation:
    """Checks pages of the press against a service with two sites. `courier` has a live gate if `has_gate` is set."""

    def __init__(self, browser: Browser, press: Press) -> None:
        self._browser = cast("Browser", PatientBrowser(browser))
        self._press = press
        self.has_gate = False

    def check(
        self, url: str, expected_type: PageType | None = None, patience_seconds: float = ENOUGH_SECONDS
    ) -> PageReport:
        """Check a page. Give less patience if its widget never starts."""
        origins = {"courier": (self._press.url,), "herald": ("https://herald.example",)}
        gated = frozenset({"courier"} if self.has_gate else ())
        expected = Expected(self._press.service, origins, gated=gated)
        return check_page(
            RequestedPage(url, expected_type), expected, lambda seen: visit_with(self._browser, seen, patience_seconds)
        )
