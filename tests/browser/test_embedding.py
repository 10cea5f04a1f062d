"""How a publisher's page carries the widget: facts, policies, routers, history, the publisher's own script."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schemas.decide import DecideSchema
from tests.browser.hearing import events_on, heard, wait_for
from tests.browser.press import Press
from tests.browser.stub import Stub, decision, prompt

pytestmark = pytest.mark.browser

ARTICLE_METAS = """<meta property="og:type" content="article">
    <meta property="article:published_time" content="2026-11-30">"""
REGION = "You have read seven of our stories this month"


def asked_on(page: Page, address: str, stub: Stub) -> dict[str, Any]:
    page.goto(address)
    wait_for(page, "none")
    return stub.decides[-1]


def test_a_view_with_nothing_to_show_costs_four_requests_and_no_third_party(
    page: Page, press: Press, stub: Stub
) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    asked_on(page, press.article(head=press.script("")), stub)

    names = [url.rsplit("/", 1)[1] for url in requests if url.startswith(stub.url)]
    assert sorted(names) == ["changes.js", "decide", "facts.js", "widget.js"]
    assert all(url.startswith((press.url, stub.url)) for url in requests)


def test_attributes_come_before_meta_tags_and_those_before_structured_data(
    page: Page, press: Press, stub: Stub
) -> None:
    head = """<meta name="keepopen:section" content="From meta"><meta property="article:section" content="From og">
        <script type="application/ld+json">{"@graph": [{"@type": "Organization"}, {"@type": ["NewsArticle"],
        "articleSection": ["From data", "Second"], "keywords": "one, two ,three", "isAccessibleForFree": "False",
        "inLanguage": "ga-IE"}]}</script><script type="application/ld+json">broken</script>"""

    asked = asked_on(page, press.article(head=head + press.script('data-consent="full" data-page-id="a1"')), stub)

    assert (asked["page_id"], asked["page_type"], asked["section"]) == ("a1", "article", "From meta")
    assert (asked["tags"], asked["access"], asked["language"]) == (["one", "two", "three"], "metered", "ga-IE")


HARBOUR = {"@type": "DefinedTerm", "name": "Harbour"}
KEYWORDS: dict[str, tuple[Any, list[str]]] = {
    "defined terms": ([HARBOUR, {"name": "Tides"}], ["Harbour", "Tides"]),
    "one term": (HARBOUR, ["Harbour"]),
    "lists within lists": (["Harbour", ["Tides", [{"name": "Boats, Nets"}]]], ["Harbour", "Tides", "Boats, Nets"]),
    "what is no name": ([None, 7, True, {}, {"name": {"name": "deep"}}, {"name": None}, [], "Harbour"], ["Harbour"]),
    "nothing usable": ({"name": {"toString": 1}}, []),
}


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", KEYWORDS)
def test_keywords_of_structured_data_are_tags_in_whatever_shape(
    page: Page, press: Press, stub: Stub, name: str
) -> None:
    given, tags = KEYWORDS[name]
    data = json.dumps({"@type": "NewsArticle", "keywords": given, "articleSection": given})
    head = f'<script type="application/ld+json">{data}</script>'

    asked = asked_on(page, press.article(head=head + press.script()), stub)

    assert asked["tags"] == tags
    assert asked.get("section") == next(iter(tags), None)


def test_facts_that_are_too_much_are_cut_to_what_the_service_takes(page: Page, press: Press, stub: Stub) -> None:
    keywords = ",".join(["\u00a0harbour\u200b wall\n", " ", *(f"tag {number} " + "x" * 90 for number in range(90))])
    data = json.dumps({"@type": "NewsArticle", "keywords": keywords, "articleSection": "s" * 300})
    head = f'<script type="application/ld+json">{data}</script>'
    body = '<keep-open placement="nowhere"></keep-open><keep-open placement="article_end"></keep-open>' * 9

    asked = asked_on(page, press.publish(body, head=head + press.script(), path="a" * 600), stub)

    asked.pop("_cookie")
    assert DecideSchema().validate(asked) == {}
    assert (asked["tags"][0], len(asked["page_id"])) == ("harbour wall", 500)
    assert asked["placements"] == ["article_end", "page_bottom", "over_article"]
    assert len(json.dumps(asked)) < 2048


def test_a_bare_page_is_described_by_what_is_there(page: Page, press: Press, stub: Stub) -> None:
    asked = asked_on(page, press.publish("<p>Hello</p>", path="about"), stub)

    assert (asked["page_id"], asked["page_type"], asked["language"]) == ("/about", "other", "en")
    assert set(asked) - {"_cookie"} == {
        "site",
        "view_id",
        "page_id",
        "page_type",
        "tags",
        "consent",
        "placements",
        "language",
    }


def test_sensitive_and_paid_pages_are_told_apart(page: Page, press: Press, stub: Stub) -> None:
    head = """<meta name="keepopen:is_sensitive" content="true">
        <script type="application/ld+json">{"@type": "AdvertiserContentArticle"}</script>"""

    asked = asked_on(
        page, press.article(head=head + press.script('data-consent="full" data-hide-appeals="true"')), stub
    )

    assert (asked["is_sensitive"], asked["is_paid_content"], asked["hide_appeals"]) == (True, True, True)


def test_a_strict_policy_and_trusted_types_are_enough(page: Page, press: Press, stub: Stub) -> None:
    violations: list[str] = []
    page.on("console", lambda message: violations.append(message.text))
    stub.show(prompt(), prompt(kind="banner", placement="page_bottom", campaign="b"))
    policy = f"default-src 'none'; script-src {stub.url}; connect-src {stub.url}; require-trusted-types-for 'script'"

    page.goto(press.article(content_security_policy=policy))

    expect(page.get_by_role("region", name=REGION)).to_have_count(2)
    assert page.locator("keep-open .appeal").evaluate("(node) => getComputedStyle(node).borderTopWidth") == "3px"
    assert violations == []


def test_a_nonce_is_enough(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    head = press.script('data-consent="full" nonce="abc"')

    page.goto(
        press.article(
            head=head, content_security_policy=f"script-src 'nonce-abc' 'strict-dynamic'; connect-src {stub.url}"
        )
    )

    expect(page.get_by_role("region", name=REGION)).to_be_visible()


def test_hostile_styles_of_the_page_do_not_reach_the_appeal(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    hostile = """<style>* { display: none; position: absolute !important; font-size: 60px !important;
        color: #fff !important;
        letter-spacing: 1em !important; text-transform: uppercase !important;
        line-height: 0 !important; opacity: .1 !important;
        transform: rotate(90deg) !important; }
        html, body, main, article, keep-open { display: block !important; } html { font-size: 4px; }
        html, body, main, article { position: static !important; }
        button, input, h2 { all: unset !important; }</style>"""

    page.goto(press.article(head=hostile + press.script()))
    wait_for(page, "shown")

    node = page.locator("keep-open .appeal h2")
    look = node.evaluate(
        "(node) => { const s = getComputedStyle(node); return [s.letterSpacing, s.textTransform, s.fontWeight]; }"
    )
    assert look[1:] == ["none", "700"]
    assert node.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)") == pytest.approx(26.4)
    host = page.locator("keep-open[placement=article_top]")
    assert host.evaluate(
        "(node) => { const s = getComputedStyle(node); return [s.position, s.opacity, s.transform]; }"
    ) == ["static", "1", "none"]


@pytest.mark.kept_tab
@pytest.mark.parametrize(
    "style", ["body { transform: translateZ(0) }", "body { zoom: 2 }", "html { zoom: 1.5 }", "body { contain: paint }"]
)
def test_a_banner_stays_at_the_foot_of_the_window(page: Page, press: Press, stub: Stub, style: str) -> None:
    stub.show(prompt(kind="banner", placement="page_bottom"))

    page.goto(press.article(head=f"<style>{style}</style>" + press.script()))
    wait_for(page, "shown")

    box = page.locator("keep-open .banner").evaluate("(node) => node.getBoundingClientRect().toJSON()")
    assert box["bottom"] == pytest.approx(page.evaluate("innerHeight"), abs=1)
    assert box["top"] > 0


def test_loaded_twice_it_asks_once(page: Page, press: Press, stub: Stub) -> None:
    asked_on(page, press.article(head=press.script() + press.script()), stub)
    page.wait_for_timeout(200)

    assert len(stub.decides) == 1


ROUTER = """<script>window.go = (path) => { history.pushState({}, '', path); document.title = path;
    document.querySelector('h1').textContent = 'Story ' + path; };</script>"""


def test_a_router_gives_one_decision_per_route(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article(ROUTER))
    wait_for(page, "shown")

    page.evaluate("go('/second'); history.replaceState({ scroll: 1 }, ''); location.hash = '#part'")
    wait_for(page, "shown", 2)
    page.wait_for_timeout(300)

    assert [asked["page_id"] for asked in stub.decides] == ["/page", "/second"]
    assert len({asked["view_id"] for asked in stub.decides}) == 2
    expect(page.get_by_role("region", name=REGION)).to_have_count(1)


def test_fragments_are_routes_if_the_page_says_so(page: Page, press: Press, stub: Stub) -> None:
    asked_on(page, press.article(ROUTER, head=press.script('data-consent="full" data-routes="fragment"')), stub)

    page.evaluate("location.hash = '#/second'")
    wait_for(page, "none", 2)
    page.evaluate("location.hash = '#!/third'")
    wait_for(page, "none", 3)

    assert [asked["page_id"] for asked in stub.decides] == ["/page", "/page#/second", "/page#!/third"]


def test_routes_passed_in_a_hurry_are_not_asked_about(page: Page, press: Press, stub: Stub) -> None:
    asked_on(page, press.article(ROUTER), stub)

    page.evaluate("go('/second'); go('/third')")
    wait_for(page, "none", 2)

    assert [asked["page_id"] for asked in stub.decides] == ["/page", "/third"]


def test_a_browser_without_the_navigation_api_is_followed_too(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script("delete window.navigation; Object.defineProperty(window, 'navigation', { value: undefined });")
    asked_on(page, press.article(ROUTER), stub)

    page.evaluate("go('/second')")
    wait_for(page, "none", 2)

    assert [asked["page_id"] for asked in stub.decides] == ["/page", "/second"]


def test_a_manual_page_call_wins_over_the_router(page: Page, press: Press, stub: Stub) -> None:
    asked_on(page, press.article(ROUTER), stub)

    page.evaluate(
        "keepopen.page({ page_id: 'b2', section: 'sport', tags: ['final'], page_type: 'article' }); go('/second')"
    )
    wait_for(page, "none", 2)
    page.wait_for_timeout(250)

    assert [asked["page_id"] for asked in stub.decides] == ["/page", "b2"]
    assert (stub.decides[1]["section"], stub.decides[1]["tags"]) == ("sport", ["final"])


def test_a_place_that_comes_late_is_filled_from_the_same_decision(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.publish("<main><h1>Soon</h1></main>", head=ARTICLE_METAS + press.script()))
    wait_for(page, "none")

    page.evaluate(
        """const place = document.createElement('keep-open');
        place.setAttribute('placement', 'article_top');
        document.querySelector('main').append(place)"""
    )

    expect(page.get_by_role("region", name=REGION)).to_be_visible()
    assert len(stub.decides) == 1


def test_back_and_forward_decides_again_without_counting_twice(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    elsewhere = press.publish("<p>Elsewhere</p>", head="", path="elsewhere")
    page.goto(press.article())
    wait_for(page, "seen")
    page.goto(elsewhere)
    stub.decide = lambda _: decision()

    page.evaluate("setTimeout(() => history.back())")
    page.wait_for_timeout(700)

    assert len(stub.decides) == 2, "the page came from the back/forward cache"
    assert stub.decides[0]["view_id"] == stub.decides[1]["view_id"]
    expect(page.get_by_role("region", name=REGION)).to_have_count(0)


def test_a_prerendered_page_waits_until_it_is_looked_at(page: Page, press: Press, stub: Stub) -> None:
    page.add_init_script("Object.defineProperty(document, 'prerendering', { value: true, configurable: true });")
    page.goto(press.article())
    page.wait_for_timeout(200)
    assert stub.decides == []

    page.evaluate("document.dispatchEvent(new Event('prerenderingchange'))")
    wait_for(page, "none")

    assert len(stub.decides) == 1


def test_the_publisher_hears_one_versioned_payload(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "seen")
    page.get_by_role("button", name="Close").click()

    told = heard(page)
    assert [payload["event"] for payload in told] == ["decision", "shown", "seen", "dismissed"]
    assert all(payload["version"] == 1 and payload["decision_id"] == "dec_1" for payload in told)
    assert (told[1]["campaign"], told[1]["variant"], told[1]["placement"], told[1]["kind"]) == (
        "autumn",
        "control",
        "article_top",
        "epic",
    )


def test_adapters_speak_only_with_full_consent(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    page.goto(press.article(head=press.script('data-adapters="datalayer" data-consent="meter"')))
    wait_for(page, "shown")
    assert page.evaluate("window.dataLayer") is None

    page.goto(press.article(head=press.script('data-adapters="datalayer" data-consent="full"')))
    wait_for(page, "shown")

    assert "shown" in [entry["keepopen"]["event"] for entry in page.evaluate("window.dataLayer")]


def test_explain_says_what_was_sent_and_why_nothing_shows(page: Page, press: Press, stub: Stub) -> None:
    asked_on(page, press.article(head=press.script('data-consent="full" data-reader-assertion="secret"')), stub)

    told = page.evaluate("keepopen.explain()")

    assert (told["site"], told["consent"], told["is_signed_in"]) == ("courier", "full", True)
    assert told["reasons"][0]["meaning"] == "the service decided that there is nothing to show"
    assert "secret" not in str(told)


def test_one_global_name_is_used(page: Page, press: Press, stub: Stub) -> None:
    plain = press.publish("<p>x</p>", head="", path="plain")
    page.goto(plain)
    before = set(page.evaluate("Object.keys(window)"))
    stub.show(prompt())
    page.goto(press.article())
    wait_for(page, "shown")

    assert set(page.evaluate("Object.keys(window)")) - before == {"keepopen"}


def test_without_javascript_the_link_inside_the_place_is_there(page: Page, press: Press, stub: Stub) -> None:
    context = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    still = context.new_page()

    still.goto(
        press.publish(
            f'<keep-open placement="article_top"><a href="{stub.url}/support/courier">Support us</a></keep-open>'
        )
    )

    expect(still.get_by_role("link", name="Support us")).to_be_visible()
    context.close()


def test_a_pinned_loader_works_from_its_own_address(page: Page, press: Press, stub: Stub) -> None:
    stub.show(prompt())
    release = page.request.get(f"{stub.url}/v1/widget/integrity.json").json()
    head = (
        f'<script async src="{stub.url}/v1/widget/{release["version"]}/loader.js"'
        f' integrity="{release["files"]["loader.js"]}"'
        ' crossorigin="anonymous" data-site="courier" data-consent="full"></script>'
    )

    page.goto(press.article(head=head))
    wait_for(page, "shown")

    assert events_on(page)[:2] == ["decision", "shown"]
