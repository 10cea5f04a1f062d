"""Pages that change under the reader: nothing is drawn for other facts than those sent, and nothing counts twice."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hearing import events_on, wait_for
from tests.browser.press import LONG_TEXT, Press
from tests.browser.stub import Stub, decision, prompt

pytestmark = pytest.mark.browser

REGION = "You have read seven of our stories this month"
ARTICLE = f'<article><h1>%s</h1><keep-open placement="article_top"></keep-open>{LONG_TEXT}</article>'
SECTION = '<meta name="keepopen:section" content="news">'
# A router that moves the address at once and the page later.
VISIT = """([address, milliseconds, title, metas, article]) => {
    history.pushState({}, '', address);
    setTimeout(() => {
        document.title = title;
        document.querySelectorAll('meta[name^=keepopen]').forEach((meta) => meta.remove());
        for (const [name, content] of Object.entries(metas)) {
            const meta = document.createElement('meta');
            Object.assign(meta, { name: 'keepopen:' + name, content });
            document.head.append(meta);
        }
        document.querySelector('main').innerHTML = article;
    }, milliseconds);
}"""
SENSITIVE = {"section": "obituaries", "is_sensitive": "true", "page_type": "article"}


def answer_by_sensitivity(stub: Stub) -> None:
    stub.decide = lambda body: decision(*[] if body.get("is_sensitive") else [prompt()])


@pytest.mark.parametrize("milliseconds", [10, 200, 400, 1200])
def test_no_appeal_stands_on_a_sensitive_story_that_comes_after_its_address(
    page: Page, press: Press, stub: Stub, milliseconds: int
) -> None:
    answer_by_sensitivity(stub)
    page.goto(press.publish(f"<main>{ARTICLE % 'One'}</main>", head=SECTION + press.script()))
    wait_for(page, "shown")

    page.evaluate(VISIT, ["/death", milliseconds, "A death", SENSITIVE, ARTICLE % "Two"])
    wait_for(page, "none")
    page.wait_for_timeout(500)

    assert events_on(page).count("shown") == 1
    expect(page.get_by_role("region", name=REGION)).to_have_count(0)
    assert [(asked["page_id"], asked.get("section"), asked.get("is_sensitive")) for asked in stub.decides] == [
        ("/page", "news", None),
        ("/death", "obituaries", True),
    ]


def test_facts_that_come_late_are_asked_again_for_the_same_view(page: Page, press: Press, stub: Stub) -> None:
    answer_by_sensitivity(stub)
    page.goto(press.publish(f"<main>{ARTICLE % 'One'}</main>", head=SECTION + press.script()))
    wait_for(page, "shown")

    page.evaluate(
        """() => { const meta = document.createElement('meta'); meta.name = 'keepopen:is_sensitive';
            meta.content = 'true'; document.head.append(meta); }"""
    )
    wait_for(page, "none")

    assert len({asked["view_id"] for asked in stub.decides}) == 1
    assert [asked.get("is_sensitive") for asked in stub.decides] == [None, True]
    expect(page.get_by_role("region", name=REGION)).to_have_count(0)


def test_facts_that_change_while_the_service_answers_are_not_drawn_for(page: Page, press: Press, stub: Stub) -> None:
    answer_by_sensitivity(stub)
    change = """<script>window.fetch = ((native) => async (...given) => {
        const answer = await native(...given);
        document.querySelector('meta[name="keepopen:is_sensitive"]').content = 'true';
        return answer;
    })(fetch)</script>"""
    head = '<meta name="keepopen:is_sensitive" content="false">' + change + press.script()
    page.goto(press.publish(f"<main>{ARTICLE % 'One'}</main>", head=head))
    wait_for(page, "none")

    assert "shown" not in events_on(page)
    assert [asked.get("is_sensitive") for asked in stub.decides] == [None, True]


def test_a_page_that_never_settles_is_asked_about_a_few_times_only(page: Page, press: Press, stub: Stub) -> None:
    restless = """<script>let count = 0; setInterval(() => {
        document.querySelector('meta[name="keepopen:tags"]').content = `tag ${count += 1}`; }, 100);</script>"""
    page.goto(press.article(head='<meta name="keepopen:tags" content="">' + restless + press.script()))
    wait_for(page, "none")
    page.wait_for_timeout(2500)

    assert len(stub.decides) <= 6


SAME = {
    "parameters taken away": "history.replaceState({}, '', location.pathname)",
    "a photo of a gallery": "history.pushState({}, '', '?photo=3')",
    "a comment page": "history.pushState({}, '', '?cpage=2')",
    "a slash": "history.pushState({}, '', location.pathname + '/')",
    "a box of the interface": "location.hash = '#/portal/signup'",
    "an anchor": "location.hash = '#comments'",
}


@pytest.mark.kept_tab
@pytest.mark.parametrize("name", SAME)
def test_the_same_page_under_another_address_is_the_same_view(page: Page, press: Press, stub: Stub, name: str) -> None:
    stub.show(prompt())
    page.goto(press.publish(f"<main>{ARTICLE % 'One'}</main>") + "?utm_source=newsletter")
    wait_for(page, "seen")

    page.evaluate(SAME[name])
    page.wait_for_timeout(700)

    assert len(stub.decides) == 1
    assert events_on(page) == ["decision", "shown", "seen"]
    expect(page.get_by_role("region", name=REGION)).to_be_visible()


def test_structured_data_that_a_router_leaves_behind_is_not_of_the_next_page(
    page: Page, press: Press, stub: Stub
) -> None:
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "url": "%s", "articleSection": "%s"}</script>'
    page.goto(press.publish("<main><h1>One</h1></main>", head=data % ("/page", "News") + press.script()))
    wait_for(page, "none")

    page.evaluate(VISIT, ["/list", 50, "A list", {}, "<h1>All stories</h1>"])
    wait_for(page, "none", 2)

    assert [(asked["page_type"], asked.get("section")) for asked in stub.decides] == [
        ("article", "News"),
        ("other", None),
    ]
