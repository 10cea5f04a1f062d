"""What editors see and may do: their own views, the pause, signed-in readers, the panel, the list of posts."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import Page, expect

from schemas.campaigns.site import SiteSchema
from schemas.document import load_value
from service.campaigns.documents import read_document
from service.clock import system_clock
from service.readers.assertion import Standing, asserted_reader
from tests.browser.hearing import wait_for
from tests.cms.conftest import Opener, sign_in
from tests.cms.keepopen import Keepopen, site_document
from tests.cms.sent_facts import facts, source
from tests.cms.wordpress import WordPress

pytestmark = [pytest.mark.browser, pytest.mark.cms]

WIDGET = "script[src$='v1/widget.js']"


def use_admin_bar(tab: Page, words: str) -> None:
    """Choose something in the admin bar's menu "Keepopen"."""
    tab.locator("#wp-admin-bar-keepopen > .ab-item").hover()
    tab.locator("#wp-admin-bar-keepopen a", has_text=words).click()


def test_editors_are_neither_counted_nor_asked_unless_they_choose_to_be(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "editor")
    tab.goto(wordpress.addresses["buses"])
    expect(tab.locator(f"{WIDGET}, keep-open")).to_have_count(0)

    use_admin_bar(tab, "See pages as a reader")

    wait_for(tab, "shown")
    assert tab.url == wordpress.addresses["buses"]
    tab.goto(wordpress.addresses["preview"])
    expect(tab.get_by_role("heading", name="Draft")).to_be_visible()
    expect(tab.locator(f"{WIDGET}, keep-open")).to_have_count(0)
    tab.goto(wordpress.addresses["buses"])
    use_admin_bar(tab, "Stop seeing pages as a reader")
    expect(tab.locator(f"{WIDGET}, keep-open")).to_have_count(0)


def is_paused(keepopen: Keepopen) -> bool:
    """Whether the service says that the site `appeal` is paused."""
    answer = requests.get(
        f"{keepopen.url}/v1/sites/appeal", headers={"Authorization": f"Bearer {keepopen.token}"}, timeout=10
    )
    return bool(answer.json()["is_paused"])


def test_an_editor_pauses_all_appeals(wordpress: WordPress, keepopen: Keepopen, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "editor")

    use_admin_bar(tab, "Pause all appeals")
    expect(tab.get_by_text("Keepopen: editor paused all appeals on")).to_be_visible()
    paused = (is_paused(keepopen), facts(wordpress.addresses["buses"]).get("hide_appeals"))
    use_admin_bar(tab, "End the pause")
    expect(tab.get_by_text("paused all appeals")).to_have_count(0)
    ended = (is_paused(keepopen), facts(wordpress.addresses["buses"]).get("hide_appeals"))

    assert (paused, ended) == ((True, "true"), (False, None))


def test_a_service_that_cannot_be_told_is_named(wordpress: WordPress, open_tab: Opener) -> None:
    wordpress.configure(service="http://127.0.0.1:9")
    tab = open_tab()
    sign_in(tab, wordpress, "editor")

    use_admin_bar(tab, "Pause all appeals")

    expect(tab.get_by_text("the service could not be told")).to_be_visible()
    assert facts(wordpress.addresses["buses"])["hide_appeals"] == "true"


def test_only_those_who_may_can_pause(wordpress: WordPress, open_tab: Opener) -> None:
    author, editor = open_tab(), open_tab()
    sign_in(author, wordpress, "author")
    sign_in(editor, wordpress, "editor")
    author.locator("#wp-admin-bar-keepopen > .ab-item").hover()
    expect(author.locator("#wp-admin-bar-keepopen a", has_text="See pages as a reader")).to_be_visible()
    expect(author.locator("#wp-admin-bar-keepopen a", has_text="Pause all appeals")).to_have_count(0)
    address = f"{wordpress.url}/wp-admin/admin-post.php?action=keepopen_pause&on=1"

    statuses = [tab.request.get(address).status for tab in (author, editor)]  # the editor's has no nonce

    assert statuses == [403, 403]
    assert "hide_appeals" not in facts(wordpress.addresses["buses"])


def test_the_service_believes_the_assertion_about_a_signed_in_reader(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "subscriber")
    tab.goto(wordpress.addresses["buses"])
    assert tab.locator(WIDGET).get_attribute("data-reader-assertion") is None

    wordpress.configure(vouches="1")
    tab.reload()

    assertion = tab.locator(WIDGET).get_attribute("data-reader-assertion")
    lines = read_document(wordpress.run("return keepopen_site_document_lines();").encode()).content
    site = load_value(SiteSchema(), {**site_document("appeal", wordpress.url), **lines})
    reader = asserted_reader(site.assertion, assertion, int(system_clock().timestamp()))
    number = wordpress.run("return get_user_by( 'login', 'subscriber' )->ID;")
    assert (reader.standing, reader.reader_id) == (Standing.SIGNED_IN, str(number))
    assert "data-reader-assertion" not in source(wordpress.addresses["buses"])


@pytest.fixture
def unmarked(wordpress: WordPress) -> Any:
    """Take away again what a test marks."""
    yield
    wordpress.run(
        "foreach ( [ 'sensitive', 'quiet', 'access' ] as $mark ) { delete_post_meta_by_key( \"_keepopen_$mark\" ); }"
    )


@pytest.mark.usefixtures("unmarked")
def test_the_panel_of_the_block_editor_marks_a_post_and_says_why(
    wordpress: WordPress, open_tab: Opener, artefacts: Path
) -> None:
    wordpress.configure(rules={"paid": "news"})
    tab = open_tab()
    sign_in(tab, wordpress, "editor")
    tab.goto(f"{wordpress.url}/wp-admin/post.php?post={wordpress.ids['buses']}&action=edit")
    tab.get_by_role("button", name="Close dialog").or_(
        tab.get_by_role("button", name="Close", exact=True)
    ).first.click()
    tab.get_by_role("button", name="Keepopen", exact=True).click()
    expect(tab.get_by_text("Paid for by an advertiser (News)")).to_be_visible()

    tab.get_by_label("Sensitive: never ask here").check()
    tab.get_by_label("Who may read it").select_option("Locked")
    tab.get_by_role("button", name="Update", exact=True).click()

    expect(tab.get_by_text("Sensitive: never ask here (chosen for this post)")).to_be_visible()
    tab.screenshot(path=artefacts / "wordpress-panel.png")
    found = facts(wordpress.addresses["buses"])
    assert (found["is_sensitive"], found["is_paid_content"], found["access"]) == ("true", "true", "locked")


@pytest.mark.usefixtures("unmarked")
def test_the_block_can_be_placed_in_the_editor(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "author")
    tab.goto(f"{wordpress.url}/wp-admin/post.php?post={wordpress.ids['block']}&action=edit")
    tab.get_by_role("button", name="Close dialog").or_(
        tab.get_by_role("button", name="Close", exact=True)
    ).first.click()

    block = tab.get_by_role("document", name="Block: Keepopen: appeal here")

    expect(block).to_be_visible()
    block.get_by_role("combobox").select_option("At the end of the article")
    tab.get_by_role("button", name="Update", exact=True).click()
    expect(tab.get_by_text("Post updated.").first).to_be_visible()
    assert '<keep-open placement="article_end">' in source(wordpress.addresses["block"])
    wordpress.run(
        """
        $text = str_replace( ' {"placement":"article_end"}', '', get_post( $id )->post_content );
        wp_update_post( [ 'ID' => $id, 'post_content' => $text ] );
        """,
        id=wordpress.ids["block"],
    )


@pytest.mark.usefixtures("unmarked")
def test_the_classic_editor_has_a_box(wordpress: WordPress, open_tab: Opener) -> None:
    wordpress.configure(types=["post", "review"])
    tab = open_tab()
    sign_in(tab, wordpress, "editor")
    edit = f"{wordpress.url}/wp-admin/post.php?post={wordpress.ids['review']}&action=edit"
    tab.goto(edit)

    tab.get_by_label("No appeals").check()
    tab.get_by_label("Who may read it").select_option("Gift link")
    tab.click("#publish")

    expect(tab.get_by_text("No appeals (chosen for this post)")).to_be_visible()
    found = facts(wordpress.addresses["review"])
    assert (found["hide_appeals"], found["access"]) == ("true", "gift")
    tab.get_by_label("No appeals").uncheck()
    tab.click("#publish")
    expect(tab.get_by_text("No appeals (chosen for this post)")).to_have_count(0)


@pytest.mark.usefixtures("unmarked")
def test_the_list_of_posts_tells_and_changes_many(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "editor")
    tab.goto(f"{wordpress.url}/wp-admin/edit.php")
    for name in ("buses", "wall"):
        tab.check(f"#cb-select-{wordpress.ids[name]}")
    tab.select_option("#bulk-action-selector-top", "edit")
    tab.click("#doaction")

    tab.get_by_label("No appeals").select_option("Yes")
    tab.get_by_role("button", name="Update", exact=True).click()

    expect(tab.locator("td.column-keepopen", has_text="No appeals (chosen for this post)")).to_have_count(2)
    expect(tab.locator("td.column-keepopen", has_text="Paid for by an advertiser")).to_have_count(1)
    assert [facts(wordpress.addresses[name]).get("hide_appeals") for name in ("buses", "wall", "long")] == [
        "true", "true", None,
    ]  # fmt: skip


def test_a_mark_cannot_be_saved_without_the_right_to_edit(wordpress: WordPress, open_tab: Opener) -> None:
    tab = open_tab()
    sign_in(tab, wordpress, "author")
    foreign = wordpress.run(
        "wp_update_post( [ 'ID' => $id, 'post_author' => 1 ] ); return $id;", id=wordpress.ids["harbour"]
    )
    tab.goto(f"{wordpress.url}/wp-admin/edit.php")
    nonce = re.search(
        r'createNonceMiddleware\( "(\w+)"', tab.request.get(f"{wordpress.url}/wp-admin/post-new.php").text()
    )
    assert nonce is not None

    answer = tab.request.post(
        f"{wordpress.url}/wp-json/wp/v2/posts/{foreign}",
        headers={"X-WP-Nonce": nonce[1]},
        data={"meta": {"_keepopen_sensitive": True}},
    )

    assert answer.status == 403
    assert "is_sensitive" not in facts(wordpress.addresses["harbour"])
