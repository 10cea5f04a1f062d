"""The sandbox's pages in Chromium: paid without JavaScript, paid in a frame, and usable by everyone (axe)."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import stripe
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from infra.stripe_sandbox import SandboxSettings, create_sandbox

pytestmark = pytest.mark.browser

ARTEFACTS = Path("artefacts")
PAGE = """<!doctype html><html lang="en"><title>Give</title><h1>Give</h1><div id="checkout"></div>
<script src="{home}/static/embedded.js"></script>
<script>
Stripe("pk_test_x").createEmbeddedCheckoutPage({{clientSecret: "{secret}"}}).then((page) => page.mount("#checkout"))
</script>"""


class Site:
    """A sandbox, and a newspaper on another origin that embeds its checkout."""

    def __init__(self) -> None:
        self.sandbox = create_sandbox(SandboxSettings())
        self.newspaper = Flask("newspaper")
        self.secret = ""
        self.home: str
        self.paper: str
        self.newspaper.add_url_rule("/give", "give", view_func=lambda: PAGE.format(home=self.home, secret=self.secret))
        self.newspaper.add_url_rule("/thanks", "thanks", view_func=lambda: "<h1>Thanks from the newspaper</h1>")
        self._servers = [make_server("127.0.0.1", 0, each, threaded=True) for each in (self.sandbox, self.newspaper)]
        self.home, self.paper = (f"http://127.0.0.1:{server.server_port}" for server in self._servers)
        self.sandbox.sandbox.settings.public_url = self.home
        self._threads = [Thread(target=server.serve_forever) for server in self._servers]
        for thread in self._threads:
            thread.start()
        self.http: Any = stripe.RequestsClient()
        self.client = stripe.StripeClient("sk_test_x", base_addresses={"api": self.home}, http_client=self.http)

    def session(self, **given: object) -> stripe.checkout.Session:
        price = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Contribution"}}
        wanted: Any = {"mode": "payment", "line_items": [{"price_data": price, "quantity": 1}], **given}
        return self.client.v1.checkout.sessions.create(wanted)

    def hosted(self) -> str:
        address = f"{self.paper}/thanks?session={{CHECKOUT_SESSION_ID}}"
        return str(self.session(success_url=address, cancel_url=f"{self.paper}/give", submit_type="donate").url)

    def close(self) -> None:
        self.http.close()
        for server, thread in zip(self._servers, self._threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.close()


def violations(page: Page) -> list[str]:
    return [found["id"] for found in Axe().run(page).response["violations"]]


def test_a_reader_pays_on_the_hosted_page_without_javascript(browser: Browser, site: Site) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site.hosted())

    page.get_by_label("Email").fill("reader@example.org")
    page.get_by_role("button", name="Donate €5.00").click()

    expect(page.get_by_role("heading")).to_have_text("Thanks from the newspaper")
    assert "session=cs_test_" in page.url
    context.close()


def test_a_declined_card_is_said_and_another_can_be_tried(browser: Browser, site: Site) -> None:
    page = browser.new_page()
    page.goto(site.hosted())
    page.get_by_label("Email").fill("reader@example.org")
    page.get_by_label("Card number").fill("4000 0000 0000 0002")
    page.get_by_role("button", name="Donate").click()

    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_role("button", name="Donate").click()

    expect(page.get_by_role("heading")).to_have_text("Thanks from the newspaper")
    page.close()


def test_a_reader_pays_in_the_embedded_page_and_is_returned(browser: Browser, site: Site) -> None:
    session = site.session(ui_mode="embedded_page", return_url=f"{site.paper}/thanks?session={{CHECKOUT_SESSION_ID}}")
    site.secret = str(session.client_secret)
    page = browser.new_page()
    page.goto(f"{site.paper}/give")
    frame = page.frame_locator("iframe")
    frame.get_by_label("Email").fill("reader@example.org")

    frame.get_by_role("button", name="Pay").click()

    page.wait_for_url(f"{site.paper}/thanks?session={session.id}")
    page.close()


def test_every_page_is_usable_by_everyone(browser: Browser, site: Site) -> None:
    paid = site.session(success_url=f"{site.paper}/thanks", customer_creation="always")
    form = {"email": "a@example.org", "card_number": "4242424242424242"}
    site.sandbox.test_client().post(f"/c/pay/{paid.id}", data=form)
    customer = site.client.v1.checkout.sessions.retrieve(paid.id).customer
    portal = site.client.v1.billing_portal.sessions.create({"customer": str(customer)})
    page = browser.new_page()
    found = {}
    for name, address in {
        "hosted": site.hosted(),
        "paid": f"{site.home}/c/pay/{paid.id}",
        "portal": portal.url,
        "overview": f"{site.home}/_sandbox/",
    }.items():
        page.goto(address)
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"sandbox_{name}.png", full_page=True)
        found[name] = violations(page)
    page.close()

    assert found == {"hosted": [], "paid": [], "portal": [], "overview": []}
