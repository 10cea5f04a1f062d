"""Check the places for appeals: known placements, visible, and as wide as the text beside them."""

from collections.abc import Iterator

from service.campaigns.campaign import Placement
from service.widget.install.browser.visit import PageLayout, SeenPlace
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import PageFacts
from service.widget.install.page.source import PageSource

LEAST_WIDTH_PIXELS = 240
WIDTH_TOLERANCE = 0.25  # of the paragraph's width
MOST_SCREENS = 3
IN_A_DIV = "Move <keep-open> next to the paragraphs of the article, or wrap it in a <div>."


def check_places(
    source: PageSource, layout: PageLayout | None, facts: PageFacts, expected: Expected
) -> Iterator[Finding]:
    """Yield the findings about places. `source`: the finished page. `layout` is None without a browser."""
    placements = [place.placement for place in layout.places] if layout else list(source.places)
    known = [placement.value for placement in Placement]
    unknown = sorted(set(placements) - set(known))
    if unknown:
        yield problem(
            Code.PLACE_UNKNOWN,
            f"there is no placement {', '.join(map(repr, unknown))}",
            f"Use one of: {', '.join(sorted(known))}.",
        )
    if not placements and (layout is None or facts.is_article):
        page = "page" if layout else "page as served"
        yield advice(
            Code.PLACE_MISSING,
            f"the {page} has no <keep-open> element: only banners and gates can be shown",
            'Put <keep-open placement="article_end"></keep-open> into the article.',
        )
    if not source.place_links and not any("/support/" in link for link in source.links):
        yield advice(
            Code.LINK_MISSING,
            "readers without JavaScript find no way to contribute",
            f"Put a link to {expected.service_url}/support/<site> into <keep-open>, in <noscript> if you like.",
        )
    if layout:
        yield from _check_layout(layout)


def _check_layout(layout: PageLayout) -> Iterator[Finding]:
    for placement in dict.fromkeys(place.placement for place in layout.places):
        copies = [place for place in layout.places if place.placement == placement]
        used = next((place for place in copies if place.is_drawn), None)
        used = used or next((place for place in copies if place.is_visible), copies[0])
        finding = _check_place(used, layout)
        if finding.code is not Code.PLACE_HIDDEN and placement in layout.hidden_on_phones:
            yield problem(
                Code.PLACE_HIDDEN,
                f"{placement} is hidden on phones: in a window 390 px wide readers cannot see an appeal there",
                "Show <keep-open> on phones too, or put a second one where phones show it.",
            )
        yield finding


def _check_place(place: SeenPlace, layout: PageLayout) -> Finding:
    reason = layout.undrawn.get(place.placement, "")
    if not place.is_visible or reason == "hidden":
        return problem(
            Code.PLACE_HIDDEN,
            f"{place.placement} is hidden: readers cannot see an appeal there",
            "Move <keep-open> out of the hidden part of the page.",
        )
    if place.width < LEAST_WIDTH_PIXELS or reason == "too_narrow":
        what = f"{describe(place)}: an appeal needs {LEAST_WIDTH_PIXELS} px"
        return problem(Code.PLACE_TOO_NARROW, what, IN_A_DIV)
    if place.height > MOST_SCREENS * layout.screen_height or reason == "too_high":
        what = f"an appeal in {place.placement} is more than {MOST_SCREENS} screens high ({place.height} px)"
        return problem(Code.PLACE_TOO_HIGH, what, IN_A_DIV)
    beside = place.paragraph_width
    if beside and abs(place.width - beside) > WIDTH_TOLERANCE * beside:
        return problem(Code.PLACE_WIDTH_DIFFERS, f"{describe(place)}: an appeal does not fit the text", IN_A_DIV)
    if reason:
        what = f"the widget drew no sample appeal in {place.placement}: {reason}"
        return problem(Code.PLACE_NOT_DRAWN, what, "Call keepopen.explain() in the browser's console.")
    return fine(describe(place))


def describe(place: SeenPlace) -> str:
    """Return the place's width and the width of the paragraphs beside it, in words."""
    beside = f"beside paragraphs of {place.paragraph_width} px" if place.paragraph_width else "beside no paragraph"
    return f"{place.placement} is {place.width} px wide {beside}"
