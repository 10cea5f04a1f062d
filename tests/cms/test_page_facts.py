"""The facts that WordPress's pages send, on every template and under every address of a page."""

import re
from typing import Any

import pytest

from tests.cms.debian import THEMES
from tests.cms.sent_facts import facts, source
from tests.cms.wordpress import WordPress

pytestmark = [pytest.mark.browser, pytest.mark.cms]

TYPES = {
    "buses": "article",
    "wall": "article",
    "long": "article",
    "long 2": "article",
    "buses comments": "article",
    "front": "front",
    "front 2": "front",
    "category": "section",
    "tag": "section",
    "author": "other",
    "date": "other",
    "search": "other",
    "nowhere": "other",
    "picture": "other",
    "about": "other",
    "contact": "other",
    "privacy": "other",
    "secret": "other",  # until its password is given
    "review": "other",
    "reviews": "other",
}


@pytest.mark.parametrize("theme", THEMES)
def test_every_template_says_what_it_is(wordpress: WordPress, theme: str) -> None:
    wordpress.switch_theme(theme)

    assert {name: facts(wordpress.addresses[name]).get("page_type") for name in TYPES} == TYPES


def test_only_articles_can_be_gated(wordpress: WordPress) -> None:
    found = {name: facts(wordpress.addresses[name]).get("access") for name in TYPES}

    assert found == {name: None if kind == "article" else "free" for name, kind in TYPES.items()}


def test_an_article_keeps_its_id_under_all_its_addresses(wordpress: WordPress) -> None:
    long, buses = (wordpress.addresses[name] for name in ("long", "buses"))
    variants = {
        "long": [long, f"{long}2/", f"{long}?utm_source=mail"],
        "buses": [buses, f"{buses}comment-page-2/", f"{buses}?replytocom=3"],
    }

    for name, addresses in variants.items():
        assert {facts(address)["page_id"] for address in addresses} == {str(wordpress.ids[name])}


def test_plain_permalinks_do_not_make_all_articles_one(wordpress: WordPress) -> None:
    pretty = wordpress.run(
        "$old = get_option('permalink_structure'); update_option('permalink_structure', ''); return $old;"
    )
    try:
        found = {facts(f"{wordpress.url}/?p={wordpress.ids[name]}")["page_id"] for name in ("buses", "wall", "long")}
    finally:
        wordpress.run("update_option('permalink_structure', $pretty);", pretty=pretty)

    assert found == {str(wordpress.ids[name]) for name in ("buses", "wall", "long")}


@pytest.mark.parametrize(
    ("name", "section", "tags"),
    [
        ("buses", "News", ["News"]),
        ("wall", "Council", ["Council", "Politics", "News", "Quarry", "O'Brien Mary"]),
        ("budget", "Politics", ["Council", "Politics"]),
        ("harbour", "News", ["Council", "News", "Politics"]),
    ],
)
def test_section_and_tags(wordpress: WordPress, name: str, section: str, tags: list[str]) -> None:
    found = facts(wordpress.addresses[name])

    assert found["section"] == section
    assert sorted(found["tags"].split(", ")) == sorted(tags)


def test_a_type_of_ones_own_can_be_an_article(wordpress: WordPress) -> None:
    wordpress.configure(types=["review"])

    review, post, index = (facts(wordpress.addresses[name]) for name in ("review", "buses", "reviews"))

    assert (review["page_type"], review["section"]) == ("article", "Theatre")
    assert (post["page_type"], index["page_type"]) == ("other", "section")


def test_a_static_front_page_and_its_blog(wordpress: WordPress) -> None:
    wordpress.run(
        "update_option('show_on_front', 'page'); update_option('page_on_front', $about);"
        "update_option('page_for_posts', $archive);",
        **{name: wordpress.ids[name] for name in ("about", "archive")},
    )
    try:
        front, blog = facts(f"{wordpress.url}/"), facts(wordpress.addresses["archive"])
    finally:
        wordpress.run("update_option('show_on_front', 'posts');")

    assert (front["page_type"], blog["page_type"], blog["page_id"]) == ("front", "section", "blog")


MARKED: dict[str, dict[str, Any]] = {
    "by a rule about its category": {"rules": {"sensitive": "obituaries"}, "page": "death", "fact": "is_sensitive"},
    "by a rule that names a parent": {"rules": {"quiet": "Politics"}, "page": "wall", "fact": "hide_appeals"},
    "by a rule about its tag": {"rules": {"paid": "sport, quarry"}, "page": "wall", "fact": "is_paid_content"},
    "on the post itself": {"rules": {}, "page": "kitchen", "fact": "is_paid_content"},
    "on its category's own page": {"rules": {"sensitive": "Obituaries"}, "page": "mourning", "fact": "is_sensitive"},
}  # fmt: skip


@pytest.mark.parametrize("case", MARKED.values(), ids=MARKED)
def test_a_page_is_marked(wordpress: WordPress, case: dict[str, Any]) -> None:
    assert facts(wordpress.addresses["buses"]).get(case["fact"]) is None

    wordpress.configure(rules=case["rules"])

    assert facts(wordpress.addresses[case["page"]])[case["fact"]] == "true"


def test_a_post_overrules_the_access_of_its_category(wordpress: WordPress) -> None:
    wordpress.configure(rules={"locked": "news", "free": "news, council"})
    by_rule, council = facts(wordpress.addresses["buses"]), facts(wordpress.addresses["budget"])
    wordpress.run("update_post_meta($id, '_keepopen_access', 'gift');", id=wordpress.ids["buses"])
    try:
        chosen = facts(wordpress.addresses["buses"])
    finally:
        wordpress.run("delete_post_meta($id, '_keepopen_access');", id=wordpress.ids["buses"])

    assert [found["access"] for found in (by_rule, council, chosen)] == ["locked", "free", "gift"]


def test_nobody_is_asked_where_it_would_be_wrong(wordpress: WordPress) -> None:
    pages = ("contact", "support", "sign-in")
    names = {page.replace("-", "_"): wordpress.ids[page] for page in pages}
    wordpress.configure(types=["post", "page"], **names)

    silent = {name: facts(wordpress.addresses[name]) for name in (*pages, "privacy", "nowhere")}

    for found in silent.values():
        assert (found["page_type"], found["access"], found["hide_appeals"]) == ("other", "free", "true")
    assert facts(wordpress.addresses["about"])["page_type"] == "article"


def test_nothing_is_written_for_programs(wordpress: WordPress) -> None:
    post = source(f"{wordpress.url}/wp-json/wp/v2/posts/{wordpress.ids['buses']}")
    feed = source(wordpress.addresses["feed"])
    embed = source(f"{wordpress.addresses['buses']}embed/")

    assert "The tide turned" in post
    assert "The tide turned" in feed
    assert "keep-open" not in post + feed
    assert "keepopen:" not in feed
    assert "v1/widget.js" not in embed


def test_optimisers_are_told_to_leave_the_script_alone(wordpress: WordPress) -> None:
    script = re.search(r"<script[^>]*v1/widget\.js[^>]*>", source(wordpress.addresses["buses"]))

    assert script is not None
    for attribute in ("async", 'data-cfasync="false"', 'data-no-optimize="1"', 'data-no-defer="1"', "nowprocket"):
        assert attribute in script[0]
