"""Banner, gate, ticker, thanks, reminder and the opt-out from counting."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from service.money import THREE_DECIMAL_CURRENCIES, ZERO_DECIMAL_CURRENCIES
from service.widget.assets import assets
from tests.browser.hearing import heard, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, prompt

pytestmark = pytest.mark.browser

REGION = "You have read seven of our stories this month"
GATED = {"state": "gated", "used": 5, "allowance": 5, "resets_at": None}
PAID_PART = """<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False",
    "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".body"}}</script>"""


def banner(**changes: Any) -> dict[str, Any]:
    return prompt(kind="banner", placement="page_bottom", campaign="b", **changes)


def gate(strength: str = "soft", **changes: Any) -> dict[str, Any]:
    made = {"kind": "gate", "placement": "over_article", "campaign": "g", "is_dismissible": strength == "soft"}
    return prompt(**made, gate={"type": "payment", "strength": strength}, **changes)


def visibility(locator: Locator) -> str:
    found: str = locator.evaluate("(node) => getComputedStyle(node).visibility")
    return found


def open_with(page: Page, press: Press, stub: Stub, *prompts: dict[str, Any], head: str = "", **changes: Any) -> None:
    stub.show(*prompts, **changes)
    page.goto(press.article(head=head + press.script()))
    wait_for(page, "shown")


def test_a_banner_is_no_dialog_and_takes_no_focus(page: Page, press: Press, stub: Stub, artefacts: Path) -> None:
    open_with(page, press, stub, banner())

    region = page.get_by_role("region", name=REGION)
    expect(region).to_be_visible()
    assert page.evaluate("document.activeElement === document.body")
    assert region.bounding_box()["y"] > 400  # type: ignore[index]
    expect(page.get_by_role("status")).to_have_text(re.compile("message at the end of this page"))
    page.screenshot(path=artefacts / "banner.png", animations="disabled")


def test_a_banner_opens_the_amounts_when_asked(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, banner())

    page.get_by_role("button", name="Support the Courier").click()

    expect(page.get_by_role("radio", name="Once")).to_be_focused()
    expect(page.get_by_role("button", name="Support the Courier: €10 once")).to_be_visible()


def test_a_banner_steps_aside_for_the_readers_comments(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, banner())
    panel = page.locator("keep-open .banner")

    page.get_by_label("Comment").evaluate("(node) => scrollBy(0, node.getBoundingClientRect().bottom - innerHeight)")
    expect(panel).to_have_class(re.compile("aside"))
    page.get_by_label("Comment").fill("Nothing is in my way")
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")

    expect(panel).not_to_have_class(re.compile("aside"))


def test_escape_closes_a_banner_and_focus_returns_to_where_it_was(page: Page, press: Press, stub: Stub) -> None:
    stub.show(banner())
    page.goto(press.article('<p><a href="#x" id="link">A link</a></p>'))
    wait_for(page, "shown")
    page.locator("#link").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")

    expect(page.get_by_role("region", name=REGION)).to_have_count(0)
    expect(page.locator("#link")).to_be_focused()
    assert page.locator("keep-open[placement=page_bottom]").count() == 0


def test_a_banner_makes_room_below_the_page_and_gives_it_back(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, banner())
    assert page.evaluate("parseFloat(getComputedStyle(document.body).paddingBottom)") > 100

    page.get_by_role("button", name="Close").click()

    assert page.evaluate("getComputedStyle(document.body).paddingBottom") == "0px"


def test_a_gate_is_a_real_dialog_and_hides_only_the_paid_part(
    page: Page, press: Press, stub: Stub, artefacts: Path
) -> None:
    open_with(page, press, stub, gate(), head=PAID_PART, access=GATED)

    dialog = page.get_by_role("dialog", name=REGION)
    expect(dialog).to_be_visible()
    assert dialog.evaluate("(node) => node.matches(':modal')")
    assert (visibility(page.locator(".body")), visibility(page.locator("h1").first)) == ("hidden", "visible")
    page.screenshot(path=artefacts / "gate.png", animations="disabled")


def test_closing_a_soft_gate_gives_the_text_and_the_focus_back(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, gate(), head=PAID_PART, access=GATED)

    with page.expect_response(lambda response: "dismissed" in (response.request.post_data or "")):
        page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    assert visibility(page.locator(".body")) == "visible"
    expect(page.get_by_role("heading", name="A headline")).to_be_focused()  # once the widget has loaded `reports.js`
    assert "dismissed" in stub.event_names()


def test_a_hard_gate_stays_but_shows_a_way_out(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, gate("hard"), head=PAID_PART, access=GATED)

    for _ in range(3):
        page.keyboard.press("Escape")

    expect(page.get_by_role("dialog", name=REGION)).to_be_visible()
    expect(page.get_by_role("button", name="Close")).to_have_count(0)
    expect(page.get_by_role("link", name="To the front page")).to_be_visible()


def test_focus_stays_inside_a_gate(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, gate(), access=GATED)

    for _ in range(12):
        page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || document.activeElement.matches('keep-open')"
        assert page.evaluate(inside)


def test_without_a_gated_answer_no_text_is_hidden(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, gate(), head=PAID_PART)

    assert visibility(page.locator(".body")) == "visible"


def test_a_registration_gate_leads_to_the_publishers_sign_in(page: Page, press: Press, stub: Stub) -> None:
    made = gate()
    made["gate"]["type"] = "registration"
    stub.show(made, access=GATED)

    page.goto(press.article(head=press.script('data-consent="full" data-sign-in="/account/sign-in"')))

    expect(page.get_by_role("link", name="Support the Courier")).to_have_attribute(
        "href", f"{press.url}/account/sign-in"
    )
    expect(page.get_by_role("radio")).to_have_count(0)


def test_a_goal_is_told_in_words_and_as_a_bar(page: Page, press: Press, stub: Stub) -> None:
    goal = {
        "label": "Winter fund",
        "goal_minor": 2_000_000,
        "raised_minor": 1_240_000,
        "currency": "EUR",
        "ends_on": "2026-12-31",
    }
    open_with(page, press, stub, prompt(ticker=goal))

    expect(page.get_by_text("€12,400 of €20,000")).to_be_visible()
    expect(page.get_by_text("Winter fund · until 31 December")).to_be_visible()


@pytest.mark.kept_tab
@pytest.mark.parametrize(
    ("currency", "asked", "words"),
    [
        ("JPY", "EUR", "¥250,000 of ¥1,000,000"),
        ("JPY", "JPY", "¥250,000 of ¥1,000,000"),
        ("KWD", "EUR", "KWD\u00a0250 of KWD\u00a01,000"),
        ("GBP", "EUR", "£2,500 of £10,000"),
    ],
)
def test_a_goal_is_written_in_the_decimals_of_its_own_currency(
    page: Page, press: Press, stub: Stub, currency: str, asked: str, words: str
) -> None:
    goal = {"label": "Roof", "goal_minor": 1_000_000, "raised_minor": 250_000, "currency": currency, "ends_on": None}
    exponent = {"EUR": 2, "JPY": 0}[asked]
    open_with(page, press, stub, prompt(ticker=goal, ask__currency=asked, ask__exponent=exponent))

    expect(page.locator("keep-open .ticker b")).to_have_text(words)


@pytest.mark.parametrize("currency", sorted(ZERO_DECIMAL_CURRENCIES | THREE_DECIMAL_CURRENCIES))
def test_the_decimals_of_a_goal_are_those_of_the_service(currency: str) -> None:
    amounts = assets().files["modules/amounts.js"].body.decode()
    name = "NO_DECIMALS" if currency in ZERO_DECIMAL_CURRENCIES else "THREE_DECIMALS"

    listed = re.search(rf"const {name} ?= ?'([A-Z ]+)'", amounts)

    assert listed
    assert currency in listed[1].split()


def test_without_consent_a_closed_appeal_stays_closed_on_the_next_route(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article(head=press.script('data-consent="none"')))
    page.get_by_role("button", name="Close").click()

    page.evaluate("document.title = 'Next'; history.pushState({}, '', '/next')")
    wait_for(page, "none")

    assert heard(page)[-1]["reason"] == "closed"
    expect(page.get_by_role("region", name=REGION)).to_have_count(0)


def test_a_reader_back_from_paying_is_thanked(page: Page, press: Press, stub: Stub, artefacts: Path) -> None:
    page.goto(press.article() + "#keepopen-thanks")
    wait_for(page, "returned")

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert "#" not in page.url
    page.screenshot(path=artefacts / "thanks.png", animations="disabled")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("heading", name="Thank you")).to_have_count(0)


@pytest.mark.parametrize("query", ["", "?part=2"])
def test_a_reader_comes_back_to_a_route_in_the_fragment(page: Page, press: Press, stub: Stub, query: str) -> None:
    address = press.article(head=press.script('data-consent="full" data-routes="fragment"')) + f"#/story/5{query}"
    stub.show(prompt())
    page.goto(address)
    page.get_by_role("button", name="Support the Courier").click()
    page.wait_for_url("**/hosted")
    sent = stub.checkouts[0]

    page.goto(f"{sent['return_url']}{'&' if query else '?'}keepopen-thanks=sealed")
    wait_for(page, "returned")

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert page.url == sent["return_url"] == address
    assert [asked["page_id"] for asked in stub.decides] == [f"/page#/story/5{query}"] * 2


@pytest.mark.parametrize(
    ("today", "label", "day"),
    [
        ("2026-11-19", "in December", "20261201"),
        ("2026-11-20", "in January", "20270101"),
        ("2026-12-31", "in February", "20270201"),
        ("2026-07-31", "in September", "20260901"),
        ("2026-01-31", "in March", "20260301"),
        ("2026-02-28", "in a week", "20260307"),
    ],
)
def test_a_reminder_is_a_day_in_the_readers_own_calendar(
    page: Page, press: Press, stub: Stub, today: str, label: str, day: str
) -> None:
    page.clock.set_fixed_time(datetime.fromisoformat(today + "T12:00:00"))
    open_with(page, press, stub, prompt())
    page.get_by_role("button", name="Remind me later").click()

    with page.expect_download() as saved:
        page.get_by_role("button", name=label).click()

    text = Path(saved.value.path()).read_text()
    assert f"DTSTART;VALUE=DATE:{day}\n" in text.replace("\r", "")
    assert f"URL:{stub.url}/support/courier" in text
    expect(page.get_by_role("status").filter(has_text="calendar")).to_be_focused()


def test_a_reader_can_stop_the_counting_for_good(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, prompt())
    page.get_by_role("button", name="Stop counting").click()
    expect(page.get_by_text("Counting has stopped")).to_be_visible()

    page.goto(press.article())
    wait_for(page, "decision")

    assert stub.erasures == ["courier"]
    assert stub.decides[-1]["consent"] == "none"


def test_few_articles_are_not_mentioned(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, prompt(), reader={"article_count": 4, "supporter": "none"})

    expect(page.get_by_role("button", name="Stop counting")).to_have_count(0)


def test_supporters_find_the_way_to_their_link(page: Page, press: Press, stub: Stub) -> None:
    open_with(page, press, stub, prompt())

    link = page.get_by_role("link", name="Already a supporter?")
    assert link.get_attribute("href") == f"{stub.url}/portal?site=courier"


def test_an_appeal_wears_the_colours_of_its_campaign_and_the_publisher_has_the_last_word(
    page: Page, press: Press, stub: Stub
) -> None:
    look = "(node) => getComputedStyle(node).backgroundColor"
    open_with(page, press, stub, prompt(design={"accent": "#ffcc00"}))
    button = page.locator("keep-open .submit")
    assert button.evaluate(look) == "rgb(255, 204, 0)"
    assert button.evaluate("(node) => getComputedStyle(node).color") == "rgb(0, 0, 0)"

    style = """<style>keep-open { --keepopen-accent: #880000; --keepopen-on-accent: #fff; }
        keep-open::part(heading) { color: rgb(1, 2, 3); }</style>"""
    open_with(page, press, stub, prompt(design={"accent": "#ffcc00"}), head=style)

    assert button.evaluate(look) == "rgb(136, 0, 0)"
    assert page.locator("keep-open h2").evaluate("(node) => getComputedStyle(node).color") == "rgb(1, 2, 3)"
