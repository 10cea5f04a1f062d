"""Facts are read from a page as the loader reads them, each with its origin."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.widget.install.page.fact_origins import expect_facts, trace_facts
from service.widget.install.page.facts import FactOrigin, PageFacts
from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import read_structured_data
from tests.widget.install.pages import GOOD, PAGE, PLACE, SCRIPT, page_with

OG_ARTICLE = '<meta property="og:type" content="article">'


def expected(html: str, url: str = PAGE) -> PageFacts:
    source = read_source(url, html)
    return expect_facts(source, read_structured_data(source))


def traced(html: str, url: str = PAGE, **sent: str) -> PageFacts:
    source = read_source(url, html)
    return trace_facts(sent, source, read_structured_data(source))


def data(**values: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(values)}</script>'


def test_structured_data_describe_the_article() -> None:
    facts = expected(GOOD)

    values = [facts.value(name) for name in ("page_id", "page_type", "section", "tags", "language")]
    assert values == ["/news/tide", "article", "News", "tide", "en-IE"]
    assert facts.detail("section") == "JSON-LD articleSection"


def test_an_attribute_is_preferred_to_a_meta_tag_and_that_to_structured_data() -> None:
    meta = '<meta name="keepopen:section" content="From meta"><meta name="keepopen:language" content="ga">'
    script = SCRIPT.replace("async", 'async data-section="From the script"')

    facts = expected(GOOD.replace(SCRIPT, meta + script))

    assert (facts.value("section"), facts.value("language")) == ("From the script", "ga")
    assert (facts.origin("section"), facts.origin("language")) == (FactOrigin.ATTRIBUTE, FactOrigin.META)


@pytest.mark.parametrize(
    ("url", "html", "page_type", "origin"),
    [
        ("https://courier.example/", "", "front", FactOrigin.ADDRESS),
        ("https://courier.example/?p=1", "", "other", FactOrigin.NOTHING),
        (PAGE, "", "other", FactOrigin.NOTHING),
        (PAGE, OG_ARTICLE, "article", FactOrigin.OPEN_GRAPH),
        (PAGE, PLACE, "article", FactOrigin.PLACE),
        (PAGE, data(**{"@type": "LiveBlogPosting"}), "liveblog", FactOrigin.STRUCTURED_DATA),
        (PAGE, data(**{"@type": "CollectionPage"}) + OG_ARTICLE, "section", FactOrigin.STRUCTURED_DATA),
        (PAGE, data(**{"@type": ["WebPage", "AboutPage"]}), "other", FactOrigin.STRUCTURED_DATA),
        (PAGE, data(**{"@type": "JobPosting"}), "other", FactOrigin.NOTHING),
        (PAGE, '<meta name="keepopen:page_type" content="section">', "section", FactOrigin.META),
    ],
)
def test_the_page_type_has_an_origin(url: str, html: str, page_type: str, origin: FactOrigin) -> None:
    facts = expected(html, url)

    assert (facts.value("page_type"), facts.origin("page_type")) == (page_type, origin)


def test_a_sent_fact_is_traced_to_the_part_with_its_value() -> None:
    page = page_with(data(**{"@type": "CollectionPage"}) + OG_ARTICLE)

    assert traced(page, page_type="article").detail("page_type") == "og:type"
    assert traced(page, page_type="section").detail("page_type") == "JSON-LD of type CollectionPage"


def test_a_sent_fact_that_no_part_states_comes_from_a_script() -> None:
    facts = traced(GOOD, section="Sport", is_sensitive="true")

    assert [facts.origin("section"), facts.origin("is_sensitive")] == [FactOrigin.UNKNOWN, FactOrigin.UNKNOWN]
    assert facts.origin("tags") is FactOrigin.NOTHING


def test_a_fact_of_another_articles_structured_data_is_recognised() -> None:
    own = data(**{"@type": "NewsArticle", "url": PAGE, "articleSection": "News"})
    other = data(**{"@type": "NewsArticle", "url": "/news/wall", "articleSection": "Sport"})

    facts = traced(page_with(own + other), section="Sport", page_type="article")

    assert facts.origin("section") is FactOrigin.DATA_OF_ANOTHER_PAGE
    assert facts.detail("section") == "JSON-LD articleSection of another page, /news/wall"
    assert facts.origin("page_type") is FactOrigin.STRUCTURED_DATA


def test_tags_with_commas_are_recognised_split_or_whole() -> None:
    page = page_with(data(**{"@type": "NewsArticle", "keywords": ["O'Brien, Mary", "tide"]}))

    assert traced(page, tags="O'Brien, Mary, tide").origin("tags") is FactOrigin.STRUCTURED_DATA


@pytest.mark.parametrize(
    ("url", "page_id", "detail"),
    [
        ("https://courier.example/a?b=1", "/a", "the path"),
        ("https://courier.example/a?b=1", "/a?b=1", "the path and query"),
        ("https://courier.example/#/route", "/#/route", "the path"),
        ("https://courier.example/2024/tide/", "/?p=9", "<link rel=shortlink>"),
        ("https://courier.example/2024/tide/", "/tide", "<link rel=canonical>"),
    ],
)
def test_a_page_id_is_traced_to_the_address_or_a_link(url: str, page_id: str, detail: str) -> None:
    links = '<link rel="shortlink" href="/?p=9"><link rel="canonical" href="/tide">'

    assert traced(links, url, page_id=page_id).detail("page_id") == detail


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["@type", "@graph", "@id", "url", "hasPart", "keywords", "articleSection", "name"]),
                inner | st.just("NewsArticle"),
                max_size=4,
            )
        ),
    )
)
def test_any_json_is_accepted(document: object) -> None:
    text = json.dumps(document).replace("<", "\\u003c")

    assert expected(f'<script type="application/ld+json">{text}</script>').value("page_type")
