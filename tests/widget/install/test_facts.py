"""Facts are read from a page as the loader reads them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.widget.install.facts import read_facts
from service.widget.install.source import read_source
from tests.widget.install.pages import GOOD, PAGE, PLACE, SCRIPT


def test_structured_data_describe_the_article() -> None:
    facts = read_facts(read_source(PAGE, GOOD))

    assert (facts.page_type, facts.section, facts.has_tags, facts.language) == ("article", "News", True, "en-IE")


def test_an_attribute_comes_before_a_meta_tag_and_that_before_structured_data() -> None:
    meta = '<meta name="keepopen:section" content="From meta"><meta name="keepopen:language" content="ga">'
    script = SCRIPT.replace("async", 'async data-section="From the script"')

    facts = read_facts(read_source(PAGE, GOOD.replace(SCRIPT, meta + script)))

    assert (facts.section, facts.language) == ("From the script", "ga")


@pytest.mark.parametrize(
    ("url", "html", "page_type", "is_told"),
    [
        ("https://courier.example/", "", "front", False),
        ("https://courier.example/?p=1", "", "other", False),
        (PAGE, "", "other", False),
        (PAGE, '<meta property="og:type" content="article">', "article", False),
        (PAGE, PLACE, "article", False),
        (PAGE, '<script type="application/ld+json">{"@type": "LiveBlogPosting"}</script>', "liveblog", False),
        (PAGE, '<meta name="keepopen:page_type" content="section">', "section", True),
    ],
)
def test_the_type_of_a_page_is_told_or_guessed(url: str, html: str, page_type: str, is_told: bool) -> None:
    facts = read_facts(read_source(url, html))

    assert (facts.page_type, facts.is_type_told) == (page_type, is_told)


def test_the_article_is_found_in_a_graph_beside_what_is_broken() -> None:
    html = """<script type="application/ld+json">{broken</script><script type="application/ld+json">[1, {"@graph":
        [{"@type": "WebSite"}, null, {"@type": ["NewsArticle"], "articleSection": ["Sport", "Home"],
        "isAccessibleForFree": "False", "hasPart": {"cssSelector": ".body"}}]}]</script>"""

    facts = read_facts(read_source(PAGE, html))

    assert (facts.section, facts.is_withheld, facts.gated_part, facts.unreadable_count) == (
        "Sport,Home",
        True,
        ".body",
        1,
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@type", "@graph", "hasPart", "keywords", "articleSection"]), inner, max_size=4
            )
        ),
    )
)
def test_any_json_is_survived(document: object) -> None:
    text = json_text(document)

    assert read_facts(read_source(PAGE, f'<script type="application/ld+json">{text}</script>')).page_type


def json_text(document: object) -> str:
    return json.dumps(document).replace("<", "\\u003c")
