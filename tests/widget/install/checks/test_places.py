"""A place can be seen and is as wide as the text beside it."""

import pytest

from service.widget.install.browser.visit import PageLayout, SeenPlace
from service.widget.install.checks.places import check_places
from service.widget.install.finding import Code, Finding
from service.widget.install.page.facts import Fact, FactOrigin, PageFacts
from service.widget.install.page.source import read_source
from tests.widget.install.pages import EXPECTED, PAGE, PLACE, advices, page_with, problems

ARTICLE = PageFacts({"page_type": Fact("page_type", "article", FactOrigin.META, "a meta tag")})
FRONT = PageFacts({"page_type": Fact("page_type", "front", FactOrigin.META, "a meta tag")})
LINK = '<a href="/support/courier">Support us</a>'
TOP = "article_top"


def check(*places: SeenPlace, facts: PageFacts = ARTICLE, **undrawn: str) -> list[Finding]:
    source = read_source(PAGE, page_with("", LINK))
    return list(check_places(source, PageLayout(places, undrawn), facts, EXPECTED))


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (SeenPlace(TOP, 80, 9642, 720), Code.PLACE_TOO_NARROW),
        (SeenPlace(TOP, 239, 600, 239), Code.PLACE_TOO_NARROW),
        (SeenPlace(TOP, 1216, 300, 650), Code.PLACE_WIDTH_DIFFERS),
        (SeenPlace(TOP, 400, 300, 650), Code.PLACE_WIDTH_DIFFERS),
        (SeenPlace(TOP, 250, 2701, 250), Code.PLACE_TOO_HIGH),
        (SeenPlace(TOP, 0, 0, 650, is_visible=False), Code.PLACE_HIDDEN),
    ],
)
def test_a_place_that_distorts_an_appeal_is_a_problem(place: SeenPlace, code: Code) -> None:
    assert problems(check(place)) == [code]


@pytest.mark.parametrize("place", [SeenPlace(TOP, 650, 300, 650), SeenPlace(TOP, 600, 300, 720), SeenPlace(TOP, 400)])
def test_a_place_about_as_wide_as_the_text_is_fine(place: SeenPlace) -> None:
    found = check(place)

    assert (problems(found), advices(found), len(found)) == ([], [], 1)


def test_every_misfit_is_reported_once_for_its_placement() -> None:
    narrow = SeenPlace(TOP, 80, 0, 720)

    assert len(check(narrow, narrow, SeenPlace("article_end", 80, 0, 720))) == 2


def test_a_hidden_copy_is_no_fault_if_the_other_copy_is_used() -> None:
    hidden = SeenPlace(TOP, 0, is_visible=False)

    assert problems(check(hidden, SeenPlace(TOP, 650, 300, 650, is_drawn=True))) == []
    assert problems(check(SeenPlace(TOP, 0, is_visible=False, is_drawn=True), SeenPlace(TOP, 650))) == [
        Code.PLACE_HIDDEN
    ]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("too_narrow", Code.PLACE_TOO_NARROW),
        ("too_high", Code.PLACE_TOO_HIGH),
        ("hidden", Code.PLACE_HIDDEN),
        ("unusable", Code.PLACE_NOT_DRAWN),
    ],
)
def test_the_widgets_own_reason_for_drawing_nothing_is_a_problem(reason: str, code: Code) -> None:
    assert problems(check(SeenPlace(TOP, 650, 0, 650), article_top=reason)) == [code]


def test_a_placement_that_does_not_exist_is_a_problem() -> None:
    assert Code.PLACE_UNKNOWN in problems(check(SeenPlace("article_bottom", 650)))


def test_only_an_article_is_advised_to_have_a_place() -> None:
    assert advices(check()) == [Code.PLACE_MISSING]
    assert advices(check(facts=FRONT)) == []


def test_without_a_browser_the_places_of_the_served_page_count() -> None:
    with_place, without = (read_source(PAGE, page_with("", body)) for body in (PLACE, LINK))

    assert list(check_places(with_place, None, ARTICLE, EXPECTED)) == []
    assert advices(check_places(without, None, ARTICLE, EXPECTED)) == [Code.PLACE_MISSING]
