"""A browser, a stand-in service and the demo newspaper for tests that look at pages as readers do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from infra.demo_site import Widget, create_newspaper
from tests.browser.hearing import HEAR
from tests.browser.patience import patience
from tests.browser.press import Press, create_press
from tests.browser.stub import Stub, create_stub, serving
from tests.chromium import PATIENCE_MILLISECONDS

SCREEN: ViewportSize = {"width": 1280, "height": 900}
ARTEFACTS = Path(os.environ.get("ARTEFACTS", "artefacts"))


@pytest.fixture(scope="session")
def stub_server() -> Iterator[Stub]:
    stub = Stub()
    with serving(create_stub(stub)) as url:
        stub.url = url
        yield stub


@pytest.fixture
def stub(stub_server: Stub) -> Stub:
    """The stand-in service, with nothing asked yet and nothing to show."""
    stub_server.forget_all()
    return stub_server


@pytest.fixture(scope="session")
def newspaper(stub_server: Stub) -> Iterator[str]:
    with serving(create_newspaper(Widget(stub_server.url, "courier"))) as url:
        yield url


@pytest.fixture(scope="session")
def press_server() -> Iterator[Press]:
    press = Press()
    with serving(create_press(press)) as url:
        press.url = url
        yield press


@pytest.fixture
def press(press_server: Press, stub: Stub) -> Press:
    """A publisher's server for pages a test writes itself, pointed at the stand-in service."""
    press_server.service = stub.url
    press_server.documents.clear()
    return press_server


@dataclass(frozen=True, slots=True)
class Tab:
    """The only tab of a fresh profile, and the errors of its scripts."""

    page: Page
    errors: list[str] = field(default_factory=list)


@contextmanager
def tab_of(browser: Browser, *times: float) -> Iterator[Tab]:
    """Open a fresh profile with one tab. `times`: how many times longer the widget's deadlines are than a reader's."""
    context = browser.new_context(viewport=SCREEN)
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    context.add_init_script(HEAR)
    context.add_init_script(patience(*times))
    tab = Tab(context.new_page())
    tab.page.on("pageerror", lambda error: tab.errors.append(str(error)))
    yield tab
    context.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh profile with one tab, or the tab of the module for a test marked `kept_tab`.

    A script error on the page fails the test.
    """
    if request.node.get_closest_marker("kept_tab"):
        tab: Tab = request.getfixturevalue("kept_tab")
        clean(tab)
        yield tab.page
    else:
        deadlines = request.node.get_closest_marker("deadlines")
        with tab_of(browser, *(deadlines.args if deadlines else ())) as tab:
            yield tab.page
    assert tab.errors == []


@pytest.fixture(scope="module")
def kept_tab(browser: Browser) -> Iterator[Tab]:
    """The tab that tests of a module share, because a fresh profile takes a second."""
    with tab_of(browser) as tab:
        yield tab


def clean(tab: Tab) -> None:
    """Leave what an earlier test opened, and forget what it kept. A route or script that it added to the tab stays."""
    if tab.page.url != "about:blank":
        tab.page.evaluate("localStorage.clear()")
        tab.page.goto("about:blank")
    tab.page.set_viewport_size(SCREEN)
    tab.page.context.clear_cookies()
    tab.errors.clear()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept for people to look at."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS
