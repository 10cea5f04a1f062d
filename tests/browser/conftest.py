"""A browser, a stand-in service and the demo newspaper for tests that look at pages as readers do."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from infra.demo_site import Widget, create_newspaper
from tests.browser.hearing import HEAR
from tests.browser.patience import patience
from tests.browser.press import Press, create_press
from tests.browser.stub import Stub, create_stub, serving
from tests.chromium import PATIENCE_MILLISECONDS

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


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh profile with one tab; a script error on the page fails the test."""
    deadlines = request.node.get_closest_marker("deadlines")
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    context.add_init_script(HEAR)
    context.add_init_script(patience(*deadlines.args) if deadlines else patience())
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert errors == []


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Where screenshots are kept for people to look at."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    return ARTEFACTS
