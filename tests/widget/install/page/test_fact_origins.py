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

OG_WEBSITE = '<meta property="og:type" content="website">'
PUBLISHED = '<meta property="article:published_time" content="2026-11-01">'
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
        (PAGE, OG_ARTICLE, "other", FactOrigin.NOTHING),
        (PAGE, OG_ARTICLE + PUBLISHED, "article", FactOrigin.OPEN_GRAPH),
        (PAGE, OG_WEBSITE + PLACE, "other", FactOrigin.OPEN_GRAPH),
        (PAGE, PLACE + '<body class="archive">', "section", FactOrigin.BODY_CLASS),
        ("https://courier.example/?s=tide", PLACE, "other", FactOrigin.ADDRESS),
        ("https://courier.example/en/contact-us/", PLACE, "other", FactOrigin.ADDRESS),
        (PAGE, PLACE + '<link rel="privacy-policy" href="/news/tide/">', "other", FactOrigin.ADDRESS),
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

    assert traced(page, page_type="section").detail("page_type") == "JSON-LD of type CollectionPage"


def test_a_sent_fact_that_no_part_states_comes_from_a_script() -> None:
    facts = traced(GOOD, section="Sport", is_sensitive="true")

    assert [facts.origin("section"), facts.origin("is_sensitive")] == [FactOrigin.UNKNOWN, FactOrigin.UNKNOWN]
    assert facts.origin("tags") is FactOrigin.NOTHING


def test_a_fact_of_another_articles_structured_data_is_not_sent() -> None:
    own = data(**{"@type": "NewsArticle", "url": PAGE, "articleSection": "News"})
    other = data(**{"@type": "NewsArticle", "url": "/news/wall", "articleSection": "Sport"})

    facts = traced(page_with(other + own), section="News", page_type="article")

    assert [fact.origin for fact in facts.facts.values()] == [FactOrigin.STRUCTURED_DATA] * 2


@pytest.mark.parametrize(
    ("path", "head", "page_id"),
    [
        ("/a?b=1", "", "/a"),
        ("/a?b=1", '<link rel="canonical" href="/a?b=2">', "/a?b=1"),
        ("/#/route", "", "/"),
        ("/tide/2/", '<link rel="shortlink" href="/?p=9">', "/tide"),
        ("/t%C3%B3ir", "", "/tóir"),
        ("/a%2Fb%zz", "", "/a%2Fb%zz"),
    ],
)
def test_a_page_id_is_the_address_as_the_widget_reads_it(path: str, head: str, page_id: str) -> None:
    facts = expected(head, f"https://courier.example{path}")

    assert (facts.value("page_id"), facts.detail("page_id")) == (page_id, "the page's address")


def test_routes_in_the_fragment_are_pages_if_the_script_says_so() -> None:
    script = SCRIPT.replace("async", 'async data-routes="fragment"')

    assert expected(script, "https://courier.example/app#/story/5").value("page_id") == "/app#/story/5"


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
