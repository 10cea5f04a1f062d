"""Check that a banner does not cover the comments, and that `data-keep-clear` matches something."""

from collections.abc import Iterator

from service.widget.install.browser.visit import PageLayout
from service.widget.install.finding import Code, Finding, advice, fine, problem
from service.widget.install.page.facts import PageFacts
from service.widget.install.page.source import PageSource


def check_comments(source: PageSource, facts: PageFacts, layout: PageLayout) -> Iterator[Finding]:
    """Yield the findings about what a banner covers."""
    selector = source.attribute("keep_clear")
    if layout.covered:
        selectors = ", ".join(filter(None, (selector, *layout.covered)))
        heights = ", ".join(f"{height} px of {name}" for name, height in layout.covered.items())
        yield problem(
            Code.COMMENTS_COVERED,
            f"a banner covers the comments ({heights})",
            f'Add data-keep-clear="{selectors}" to the script.',
        )
    elif selector and not layout.keep_clear_count and facts.is_article:
        yield advice(
            Code.KEEP_CLEAR_UNMATCHED,
            f"data-keep-clear is {selector!r}, which matches nothing on this page",
            "Correct the selector, unless this article has no comments.",
        )
    elif selector and layout.keep_clear_count:
        yield fine(f"a banner keeps clear of {selector} (elements found: {layout.keep_clear_count})")
