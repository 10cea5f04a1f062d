"""Check that a gate has something to hide: the selector of the gated part, and whether it matches."""

from collections.abc import Iterator

from service.widget.install.browser.visit import PageLayout
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import PageFacts
from service.widget.install.page.parts import BODY_SELECTORS, gated_selector
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import StructuredData


def check_gate(
    source: PageSource, data: StructuredData, facts: PageFacts, layout: PageLayout | None, has_gate: bool
) -> Iterator[Finding]:
    """Yield the findings about the gated part of an article. `has_gate`: the site has a live gate."""
    if not facts.is_article or facts.value("access") == "free":
        return
    selector = gated_selector(source, data)
    if not selector:
        yield from _check_unnamed(data, layout, has_gate)
    elif layout and not layout.gated_count:
        yield problem(
            Code.GATED_PART_UNMATCHED,
            f"the gated part {selector} matches nothing on this page: a gate hides nothing here",
            _remedy(layout),
        )
    elif layout:
        yield fine(f"a gate hides {selector} (elements found: {layout.gated_count})")


def _check_unnamed(data: StructuredData, layout: PageLayout | None, has_gate: bool) -> Iterator[Finding]:
    """Check an article that names no part. The widget then hides the text of the systems it knows."""
    is_withheld = data.article.is_withheld
    remedy = f"Add data-gated to the script, with a selector of the article's text such as {BODY_SELECTORS[0]}."
    if layout and layout.body_candidates and (has_gate or is_withheld):
        yield fine(f"a gate hides {layout.body_candidates[0]}, which the widget finds by itself")
    elif layout and has_gate:
        what = "the site has a live gate, but the page names no part to hide: the text can be read behind the gate"
        yield problem(Code.GATED_PART_MISSING, what, remedy)
    elif has_gate or is_withheld:
        what = "the page names no part for a gate to hide; the widget knows the text of WordPress and Ghost only"
        yield advice(Code.GATED_PART_MISSING, what, remedy)


def _remedy(layout: PageLayout) -> str:
    candidate = next(iter(layout.body_candidates), BODY_SELECTORS[0])
    return f'Correct data-gated, such as data-gated="{candidate}".'
