"""A report is readable as text and complete as JSON."""

import json

from service.campaigns.page_rules import PageType
from service.widget.install.browser.visit import SeenPlace
from service.widget.install.check import PageReport
from service.widget.install.finding import Code, advice, fine, problem
from service.widget.install.page.facts import Fact, FactOrigin, PageFacts
from service.widget.install.page_argument import RequestedPage
from service.widget.install.report import report_json, report_text

FACTS = PageFacts({"page_type": Fact("page_type", "article", FactOrigin.OPEN_GRAPH, "og:type")}, were_sent=True)
PLACES = (SeenPlace("article_top", 80, 9642, 720), SeenPlace("article_end", 0, is_visible=False))
REPORT = PageReport(
    RequestedPage("https://courier.example/a", PageType.ARTICLE),
    (
        problem(Code.PLACE_TOO_NARROW, "it is narrow", "Make it wider."),
        advice(Code.LINK_MISSING, "no link"),
        fine("ok"),
    ),
    FACTS,
    PLACES,
)
UNREADABLE = PageReport(
    RequestedPage("https://courier.example/b"), (problem(Code.PAGE_UNREACHABLE, "it answers 404", "Try another."),)
)


def test_the_text_has_facts_with_origins_places_with_widths_and_findings() -> None:
    assert report_text([REPORT, UNREADABLE]).splitlines() == [
        "https://courier.example/a (expected: article)",
        "  sent: page_type article, from og:type",
        "  not sent: page_id, section, tags, language, access, is_sensitive, is_paid_content, hide_appeals",
        "  place: article_top is 80 px wide beside paragraphs of 720 px",
        "  place: article_end is 0 px wide beside no paragraph, hidden",
        "PROBLEM  it is narrow [place_too_narrow]",
        "         Make it wider.",
        "advice   no link [link_missing]",
        "ok       ok",
        "",
        "https://courier.example/b",
        "PROBLEM  it answers 404 [page_unreachable]",
        "         Try another.",
    ]


def test_the_json_has_the_same_content_for_programs() -> None:
    first, second = json.loads(report_json([REPORT, UNREADABLE]))

    assert (first["url"], first["expected_type"], first["has_problem"]) == (
        "https://courier.example/a",
        "article",
        True,
    )
    assert first["facts"] == [{"name": "page_type", "value": "article", "origin": "open_graph", "from": "og:type"}]
    assert [place["width"] for place in first["places"]] == [80, 0]
    assert [finding["code"] for finding in first["findings"]] == ["place_too_narrow", "link_missing", "looks_right"]
    assert (second["facts"], second["places"], second["expected_type"]) == ([], [], None)
