"""The main journey for real: newspaper, service, worker, sandbox and ledger, in a browser."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from service.demo.books import Books
from service.demo.processes import free_ports
from service.demo.run import Demo, running_demo

pytestmark = pytest.mark.browser

HEADING = "You keep coming back. Would you help to keep this open?"
BOOKS_SECONDS = 60  # on a busy machine the worker takes its time


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    # Not `tmp_path`: pytest closes it to other users, and PostgreSQL may run as one.
    with tempfile.TemporaryDirectory(prefix="keepopen-") as folder, running_demo(free_ports(), Path(folder)) as running:
        yield running


def appeal(page: Page) -> Locator:
    return page.get_by_role("region", name=HEADING)


def articles(page: Page, demo: Demo) -> list[str]:
    """Addresses of the newspaper's ordinary articles."""
    page.goto(demo.ports.newspaper_url)
    links = page.locator("a[href*='/articles/']").evaluate_all("links => links.map(link => link.href)")
    return [link for link in dict.fromkeys(links) if "collision" not in link and "kitchen" not in link]


def read(page: Page, addresses: list[str]) -> None:
    """Open articles one after the other, each until the widget has the answer about this very article."""
    for address in addresses:
        page_id = f'"{address.rsplit("/", 1)[-1]}"'

        def is_about_it(response: Response, page_id: str = page_id) -> bool:
            return response.url.endswith("/v1/decide") and page_id in (response.request.post_data or "")

        with page.expect_response(is_about_it):
            page.goto(address)


def test_from_an_article_view_to_a_row_in_finances_csv(page: Page, demo: Demo, artefacts: Path) -> None:
    found = articles(page, demo)
    read(page, found[:2])
    expect(appeal(page)).to_have_count(0)

    read(page, found[2:3])
    expect(appeal(page)).to_be_visible()
    page.screenshot(path=artefacts / "journey-1-appeal.png", full_page=True, animations="disabled")
    page.get_by_text("€5", exact=True).click()
    page.get_by_role("button", name="€5 once").click()
    page.wait_for_url("**/c/pay/**")
    page.get_by_label("Email").fill("mary.byrne@reader.example")
    page.get_by_label("Name", exact=True).fill("Mary Byrne")
    page.screenshot(path=artefacts / "journey-2-hosted-page.png", full_page=True)
    page.locator("#submit").click()
    page.wait_for_url("**/thanks**")
    page.screenshot(path=artefacts / "journey-3-thanks.png", full_page=True)

    page.locator(f"a[href^='{found[2]}']").first.click()
    read(page, found[-2:])
    expect(appeal(page)).to_have_count(0)
    assert balances_when_equal(demo) == {"EUR": 467}


def test_a_dismissed_appeal_stays_away_and_the_comments_stay_free(page: Page, demo: Demo) -> None:
    found = articles(page, demo)
    read(page, found[:2])
    read(page, found[2:3])
    expect(appeal(page)).to_be_visible()
    shown, comments = appeal(page).bounding_box(), page.locator("#comments").bounding_box()
    assert shown is not None
    assert comments is not None
    assert shown["y"] + shown["height"] <= comments["y"]

    page.get_by_role("button", name="Close").click()
    read(page, found[-2:])

    expect(appeal(page)).to_have_count(0)


@pytest.mark.parametrize("slug", ["school-bus-collision", "kitchen-quartz"])
def test_the_sensitive_story_and_the_advertisers_page_never_ask(page: Page, demo: Demo, slug: str) -> None:
    read(page, articles(page, demo)[:2])

    read(page, [f"{demo.ports.newspaper_url}/articles/{slug}"])

    expect(appeal(page)).to_have_count(0)


def balances_when_equal(demo: Demo) -> dict[str, int]:
    """The ledger's Stripe balance, once it and the contributions file are what the sandbox holds."""
    books = Books(demo)
    deadline = time.monotonic() + BOOKS_SECONDS
    while time.monotonic() < deadline:
        ledger = books.ledger_balance()
        if ledger and ledger == books.sandbox_balance() == books.contribution_totals():
            return ledger
        time.sleep(0.2)
    return books.ledger_balance()
