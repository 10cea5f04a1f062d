"""The screens of finance are accessible in both schemes and on a phone, and half a contribution is refunded by keys."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from service.app import create_app
from service.campaigns.editing import Author, save_site
from service.campaigns.snapshot.holder import SnapshotHolder
from service.services import EXTENSION, Services
from service.settings import Settings
from service.staff.people import Role
from tests.browser.axe import faults
from tests.browser.console.conftest import ServedConsole
from tests.conftest import SettableClock
from tests.console.money.world import Desk, paid_contribution
from tests.contributions.world import SITE, Newsroom
from tests.staff.signed_in import add_person
from tests.stripe import stripe_stand

SCREENS = (
    "/console/money",
    "/console/money/entries/gross",
    "/console/money/contributions",
    "/console/money/campaigns",
    "/console/money/failed",
    "/console/close",
    "/console/close/items",
    "/console/close/mappings",
    "/console/exports",
    "/console/supporters",
)


@pytest.fixture
def served(settings: Settings, clock: SettableClock) -> Iterator[tuple[ServedConsole, Newsroom]]:
    """A console in front of Stripe's sandbox, with two contributions."""
    with stripe_stand(clock) as stripe:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://localhost:{port}"
        app = create_app(
            replace(settings, public_url=url, stripe_api_base=stripe.url), clock=clock, has_background=False
        )
        services: Services = app.extensions[EXTENSION]
        save_site(services.engine, SITE, Author("editor@courier.example", clock()))
        services.part(SnapshotHolder).refresh()
        client = app.test_client()
        stripe.receiver = lambda path, headers, body: client.post(path, headers=headers, data=body).status_code
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield ServedConsole(url, app, services), Newsroom(services, client, stripe, clock)
        server.shutdown()
        thread.join()
        server.server_close()
        services.close()


@pytest.fixture
def finance(page: Page, served: tuple[ServedConsole, Newsroom]) -> Desk:
    """Nora of finance is signed in in the browser, and Mary has contributed."""
    console, newsroom = served
    with ThreadPoolExecutor(1) as worker:  # the worker's event loop cannot run beside the browser's
        contribution_id = worker.submit(paid_contribution, newsroom).result()
    console.sign_in(page, add_person(console.services, Role.FINANCE, name="Nora"))
    return Desk(newsroom, newsroom.client, contribution_id)


def test_every_screen_of_finance_is_accessible_in_both_schemes_and_fits_a_phone(
    page: Page, served: tuple[ServedConsole, Newsroom], finance: Desk
) -> None:
    own = (
        finance.address,
        f"{finance.address}/refund",
        f"{finance.address}/refund?amount=5",
        f"{finance.address}/mail",
        f"/console/supporters/{finance.contribution_id}",
    )
    found: dict[str, object] = {}
    for address in (*SCREENS, *own):
        for scheme, width in (("light", 1280), ("dark", 390)):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(served[0].url + address)
            wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            problems = [*faults(page), *(["scrolls sideways"] if wide else [])]
            if problems:
                found[f"{address} {scheme}"] = problems

    assert found == {}


def test_half_of_a_contribution_is_refunded_by_keyboard(
    page: Page, served: tuple[ServedConsole, Newsroom], finance: Desk
) -> None:
    page.goto(f"{served[0].url}/console/money")
    search = page.get_by_role("searchbox", name="Find a contribution")
    search.fill("byrne")
    search.press("Enter")
    page.get_by_role("link", name="Mary Byrne").press("Enter")
    page.get_by_role("link", name="Refund…").press("Enter")
    page.get_by_role("link", name="Half: €12.50").press("Enter")
    expect(page.get_by_text("The supporter gets €12.50 back")).to_be_visible()
    page.get_by_role("button", name="Refund €12.50").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("€12.50 is refunded")
    expect(page.get_by_text("Refund of €12.50 by Nora.")).to_be_visible()
    assert finance.newsroom.rows("SELECT amount_minor FROM refunds") == [(1250,)]


def test_a_form_whose_session_has_ended_is_sent_again(
    page: Page, served: tuple[ServedConsole, Newsroom], finance: Desk
) -> None:
    console = served[0]
    page.goto(f"{console.url}/console/close/mappings")
    page.get_by_label("The mapping, as YAML").fill("layout: xero\ntax: No VAT\naccounts:\n  '1100': {code: '090'}\n")
    page.context.clear_cookies()
    page.get_by_role("button", name="Put it in force").press("Enter")
    expect(page.get_by_text("What you typed is kept on this page.")).to_be_visible()
    console.sign_in(page, add_person(console.services, Role.FINANCE, name="Olga"))
    page.get_by_role("button", name="Send it again").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Version 1 of the mapping for xero is in force.")


def test_pressing_twice_refunds_once(page: Page, served: tuple[ServedConsole, Newsroom], finance: Desk) -> None:
    page.goto(f"{served[0].url}{finance.address}/refund?amount=5")
    page.get_by_role("button", name="Refund €5.00").dblclick()

    expect(page.get_by_role("status")).to_contain_text("€5.00 is refunded")
    assert finance.newsroom.rows("SELECT amount_minor FROM refunds") == [(500,)]
    assert [act for act, _ in finance.acts()].count("refund_contribution") == 1
