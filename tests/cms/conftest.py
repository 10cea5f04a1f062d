"""WordPress, Ghost, the service and a browser for the tests of content management systems."""

import contextlib
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import artefacts, page, press, press_server, stub, stub_server  # noqa: F401 fixtures
from tests.browser.hearing import HEAR
from tests.browser.patience import patience
from tests.chromium import PATIENCE_MILLISECONDS
from tests.cms.debian import missing_packages
from tests.cms.ghost import Ghost, missing_ghost, running_ghost
from tests.cms.keepopen import Keepopen, running_keepopen
from tests.cms.mariadb import private_mariadb
from tests.cms.wordpress import HOST, WordPress, running_wordpress

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
DEFAULTS = "delete_option('keepopen'); delete_option('keepopen_pause'); switch_theme('twentytwentythree');"

Opener = Callable[..., Page]


@pytest.fixture(scope="session")
def origins() -> tuple[str, str]:
    """Addresses on loopback for WordPress and for Ghost, which nothing listens on at this moment."""
    with contextlib.closing(socket.socket()) as first, contextlib.closing(socket.socket()) as second:
        for probe in (first, second):
            probe.bind((HOST, 0))
        return f"http://{HOST}:{first.getsockname()[1]}", f"http://{HOST}:{second.getsockname()[1]}"


@pytest.fixture(scope="session")
def keepopen(origins: tuple[str, str]) -> Iterator[Keepopen]:
    with tempfile.TemporaryDirectory(prefix="keepopen-") as folder, running_keepopen(origins, Path(folder)) as running:
        yield running


@pytest.fixture(scope="session")
def installed_wordpress(request: pytest.FixtureRequest, origins: tuple[str, str]) -> Iterator[WordPress]:
    missing = missing_packages()
    if missing:
        pytest.skip(f"these Debian packages are not installed: {', '.join(missing)}")
    token = request.getfixturevalue("keepopen").token
    port = int(origins[0].rsplit(":", 1)[1])
    with (
        tempfile.TemporaryDirectory(prefix="wp-") as folder,  # pytest's own folders are too deep for a socket
        private_mariadb(Path(folder)) as database,
        running_wordpress(Path(folder), database, port, token) as running,
    ):
        yield running


@pytest.fixture
def wordpress(installed_wordpress: WordPress, keepopen: Keepopen) -> WordPress:
    """WordPress with the plugin's default settings, asking for the site `appeal`, every reader having consented."""
    installed_wordpress.run(DEFAULTS)
    installed_wordpress.configure(service=keepopen.url, site="appeal", consent="full")
    return installed_wordpress


@pytest.fixture(scope="session")
def ghost(request: pytest.FixtureRequest, origins: tuple[str, str]) -> Iterator[Ghost]:
    missing = missing_ghost()
    if missing:
        pytest.skip(missing)
    keepopen = request.getfixturevalue("keepopen")
    port = int(origins[1].rsplit(":", 1)[1])
    with (
        tempfile.TemporaryDirectory(prefix="gh-") as folder,
        private_mariadb(Path(folder)) as database,
        running_ghost(Path(folder), database, port, keepopen.url) as running,
    ):
        yield running


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Opener]:
    """Open fresh profiles with one tab each, by default on a desktop. A script error on a page fails the test.

    `blames` is a part of the address of scripts whose errors count, by default of all.
    """
    errors: list[str] = []
    with contextlib.ExitStack() as stack:

        def open_one(*, blames: str = "", **options: object) -> Page:
            context = browser.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE_MILLISECONDS)
            context.add_init_script(HEAR)
            context.add_init_script(patience())
            tab = context.new_page()
            tab.on("pageerror", lambda error: errors.append(str(error)) if blames in f"{error.stack}" else None)
            return tab

        yield open_one
    assert errors == []


def sign_in(tab: Page, wordpress: WordPress, name: str) -> None:
    """Sign in as one of the users that site/content.php makes."""
    tab.goto(f"{wordpress.url}/wp-login.php")
    tab.fill("#user_login", name)
    tab.fill("#user_pass", f"{name}-password")
    tab.click("#wp-submit")
    tab.wait_for_url("**/wp-admin/**")
