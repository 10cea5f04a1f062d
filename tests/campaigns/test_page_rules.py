"""Every spelling of a section, tag or page id is the same name."""

import json
from typing import Any
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.campaigns.page_rules import folded, folded_page_id, plain_page_id
from tests.simulation.running import simulate_text

LETTERS = st.text(st.sampled_from("abcXYZ óéüçñşŁżßøΩЖ中한0123-_.,'&+"), min_size=1, max_size=12)
SPELLINGS = (
    lambda path: normalize("NFD", path),
    quote,
    lambda path: quote(path).lower(),
    lambda path: quote(normalize("NFD", path)),
    lambda path: path.replace(" ", "%20"),
    lambda path: path + "/",
    lambda path: path.upper(),
)


@given(LETTERS, st.sampled_from(SPELLINGS))
def test_every_spelling_of_a_page_id_is_the_same_page(name: str, spelling: Any) -> None:
    path = "/news/" + name.strip("/ ")

    assert folded_page_id(spelling(path)) == folded_page_id(path)


@given(LETTERS, st.sampled_from(["NFC", "NFD"]), st.booleans())
def test_every_spelling_of_a_section_is_the_same_section(name: str, form: Any, is_upper: bool) -> None:
    spelt = normalize(form, name)

    assert folded(spelt.upper() if is_upper else spelt) == folded(name)


@given(st.text(max_size=40))
def test_no_text_makes_reading_a_page_id_fail(text: str) -> None:
    once = plain_page_id(text)

    assert folded(folded(text)) == folded(text)
    assert plain_page_id(text) == once


@pytest.mark.parametrize(
    ("written", "page"),
    [
        ("/", "/"),
        ("//", "/"),
        ("/story/", "/story"),
        ("/story//", "/story"),
        ("/story/?p=3", "/story?p=3"),
        ("/?p=3", "/?p=3"),
        ("/a%20b", "/a b"),
        ("/a+b", "/a+b"),
        ("/nuacht/t%C3%B3ir", "/nuacht/tóir"),
        ("/nuacht/t%c3%b3ir", "/nuacht/tóir"),
        ("/nuacht/to%CC%81ir", "/nuacht/tóir"),
        ("/100%", "/100%"),
        ("/latin-1/t%F3ir", "/latin-1/t%F3ir"),
        ("/control/%00", "/control/%00"),
        ("/line%0Abreak", "/line%0Abreak"),
        ("story-17/", "story-17"),
        ("/News/Big", "/News/Big"),
    ],
)
def test_page_ids_are_read(written: str, page: str) -> None:
    assert plain_page_id(written) == page


def _decided(site: dict[str, Any], campaign: dict[str, Any], *views: dict[str, Any]) -> list[dict[str, Any]]:
    steps = [{"at": "2026-11-18 10:00", "view": view} for view in views]
    whole = {"site": site, "campaigns": {"key": "a", **campaign}, "steps": steps}
    return simulate_text(json.dumps(whole))


PAGES = (
    "/nuacht/tóir",
    "/nuacht/t%C3%B3ir",
    "/nuacht/t%c3%b3ir",
    "/nuacht/to\u0301ir",
    "/Nuacht/Tóir",
    "/nuacht/tóir/",
)


@pytest.mark.parametrize("listed", PAGES)
@pytest.mark.parametrize("sent", PAGES)
def test_lists_of_pages_find_every_spelling(listed: str, sent: str) -> None:
    lists = {
        "page_id": ({}, {"page": {"pages": {"any": [listed]}}}),
        "excluded_topic": ({}, {"page": {"pages": {"none": [listed]}}}),
        "excluded_page": ({"exclusions": {"pages": [listed]}}, {}),
        "sensitive": ({"sensitive": {"pages": [listed]}}, {}),
    }

    blocked = {
        name: _decided(site, campaign, {"page_id": sent})[0]["trace"][0]["blocked_by"]
        for name, (site, campaign) in lists.items()
    }

    assert blocked == {name: None if name == "page_id" else name for name in lists}


@pytest.mark.parametrize("sent", [page for page in PAGES if page.islower()])
def test_meters_and_counts_know_every_spelling(sent: str) -> None:
    meter = {"anonymous": {"allowance": 1}}
    free = {"kind": "gate", "meter": {**meter, "does_not_spend": {"pages": [PAGES[1]]}}}

    read_twice = _decided({}, {"kind": "gate", "meter": meter}, {"page_id": PAGES[0]}, {"page_id": sent})
    kept_free = _decided({}, free, {"page_id": sent})

    assert [view["access"]["used"] for view in read_twice] == [1, 1]
    assert read_twice[1]["reader"]["article_count"] == 1
    assert kept_free[0]["access"]["state"] == "open"


SECTIONS = {
    "excluded_topic": ({}, {"page": {"sections": {"none": ["Obituaries"]}}}),
    "excluded_page": ({"exclusions": {"sections": ["obituaries"]}}, {}),
    "sensitive": ({"sensitive": {"sections": ["OBITUARIES"]}}, {}),
}


@pytest.mark.parametrize(
    "page",
    [
        {"section": "Obituaries", "tags": ["News"]},
        {"section": "News", "tags": ["Obituaries"]},
        {"section": "News", "tags": ["Tides", "obituaries", "Sport"]},
        {"tags": ["OBITUARIES"]},
    ],
)
@pytest.mark.parametrize("rule", SECTIONS)
def test_a_list_of_sections_finds_further_sections_among_the_tags(page: dict[str, Any], rule: str) -> None:
    site, campaign = SECTIONS[rule]

    assert _decided(site, campaign, page)[0]["trace"][0]["blocked_by"] == rule
    assert _decided({}, {"page": {"sections": ["obituaries"]}}, page)[0]["shown"] == ["a"]


@pytest.mark.parametrize(("site", "campaign"), SECTIONS.values())
def test_a_list_of_sections_leaves_other_pages_alone(site: dict[str, Any], campaign: dict[str, Any]) -> None:
    assert _decided(site, campaign, {"section": "News", "tags": ["Obituary"]})[0]["shown"] == ["a"]


def test_a_list_of_tags_does_not_look_at_the_section() -> None:
    assert _decided({}, {"page": {"tags": {"none": ["news"]}}}, {"section": "News"})[0]["shown"] == ["a"]


def test_a_section_in_another_unicode_form_is_sensitive() -> None:
    sent = normalize("NFD", "Cultúr")

    assert _decided({"sensitive": {"sections": ["Cultúr"]}}, {}, {"section": sent})[0]["shown"] == []


def test_free_articles_of_a_meter_include_further_sections() -> None:
    meter = {"anonymous": {"allowance": 1}, "does_not_spend": {"sections": ["Service"]}}

    view = _decided({}, {"kind": "gate", "meter": meter}, {"section": "News", "tags": ["service"]})[0]

    assert view["access"]["state"] == "open"
