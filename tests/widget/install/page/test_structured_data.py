"""JSON-LD is read item by item, and each item is matched with the page it describes."""

import json

import pytest

from service.widget.install.page.source import read_source
from service.widget.install.page.structured_data import Item, StructuredData, Subject, read_structured_data
from tests.widget.install.pages import PAGE


def read(*documents: object, url: str = PAGE, head: str = "") -> StructuredData:
    scripts = "".join(f'<script type="application/ld+json">{json.dumps(document)}</script>' for document in documents)
    return read_structured_data(read_source(url, head + scripts))


def test_the_article_is_found_in_a_graph_beside_broken_scripts() -> None:
    part = {"cssSelector": ".body", "isAccessibleForFree": False}
    article = {"@type": ["NewsArticle"], "isAccessibleForFree": "False", "hasPart": part}
    broken = '<script type="application/ld+json">{broken</script>'

    data = read([1, {"@graph": [{"@type": "WebSite"}, None, article]}], head=broken)

    assert (data.article.is_article, data.article.is_withheld, data.article.gated_part) == (True, True, ".body")
    assert (len(data.items), data.unreadable_count) == (3, 1)


def test_a_part_that_is_free_is_not_gated() -> None:
    assert Item({"hasPart": [{"cssSelector": ".intro", "isAccessibleForFree": True}, None]}).gated_part == ""


@pytest.mark.parametrize(
    ("values", "subject"),
    [
        ({}, Subject.NOT_STATED),
        ({"url": PAGE}, Subject.THIS_PAGE),
        ({"url": "https://production.example/news/tide/"}, Subject.THIS_PAGE),
        ({"mainEntityOfPage": {"@type": "WebPage", "@id": f"{PAGE}#webpage"}}, Subject.THIS_PAGE),
        ({"@id": f"{PAGE}#article", "url": "/elsewhere"}, Subject.THIS_PAGE),
        ({"url": "/short"}, Subject.THIS_PAGE),
        ({"@id": "https://www.courier.example/#article"}, Subject.ANOTHER_PAGE),
        ({"@id": "urn:uuid:1"}, Subject.NOT_STATED),
        ({"url": "/news/wall"}, Subject.ANOTHER_PAGE),
        ({"mainEntityOfPage": "https://www.courier.example/news/wall"}, Subject.ANOTHER_PAGE),
        ({"url": "https://[broken"}, Subject.NOT_STATED),
    ],
)
def test_the_addresses_of_an_item_say_which_page_it_describes(values: dict[str, object], subject: Subject) -> None:
    data = read({"@type": "NewsArticle", **values}, head='<link rel="canonical" href="/short">')

    assert data.items[0].subject is subject


def test_plain_permalinks_are_told_apart_by_their_query() -> None:
    data = read({"url": "/?p=5"}, {"url": "/?p=6"}, url="https://www.courier.example/?p=5")

    assert [item.subject for item in data.items] == [Subject.THIS_PAGE, Subject.ANOTHER_PAGE]


def test_the_article_of_this_page_is_told_from_those_of_other_pages() -> None:
    other = {"@type": "NewsArticle", "url": "/news/wall"}
    data = read(other, {"@type": "WebPage", "url": PAGE}, {"@type": ["Thing", "NewsArticle"], "url": PAGE})

    assert data.article.type_names == ["Thing", "NewsArticle"]
    assert data.type_names == ["WebPage", "Thing", "NewsArticle"]
    assert [item.address for item in data.of_other_articles] == ["/news/wall"]
