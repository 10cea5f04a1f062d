"""The console of a whole service on loopback, at a name for which browsers make passkeys."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from service.app import create_app
from service.clock import system_clock
from service.database.transaction import committed
from service.services import EXTENSION, Services
from service.settings import Settings
from service.staff.api import cookie_name
from service.staff.people import Person
from service.staff.sessions import Proof, SignIn
from service.staff.signing_in import begin_session
from tests.chromium import PATIENCE_MILLISECONDS
from tests.staff.signed_in import FIREFOX


@dataclass(frozen=True, slots=True)
class ServedConsole:
    """A console that is served at `url`."""

    url: str
    app: Flask
    services: Services

    def sign_in(self, page: Page, person: Person) -> None:
        """Give the browser of a page a session of this person."""
        with committed(self.services.engine) as connection:
            new = begin_session(connection, person, SignIn(Proof.PASSKEY, FIREFOX), self.services.clock())
        page.context.add_cookies([{"name": cookie_name(is_https=False), "value": new.secret, "url": self.url}])


@pytest.fixture
def console(settings: Settings) -> Iterator[ServedConsole]:
    """A console with an empty database, in a thread, with the clock of the system."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    app = create_app(replace(settings, public_url=url), clock=system_clock, has_background=False)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    services: Services = app.extensions[EXTENSION]
    yield ServedConsole(url, app, services)
    server.shutdown()
    thread.join()
    server.server_close()
    services.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh profile with one tab. An error of a script, or a refusal of the content policy, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    yield tab
    context.close()
    assert errors == []
