"""The parts of a page that gates and banners need to know: the article's text, the gated part and the comments."""

from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import StructuredData, read_structured_data

# What the widget hides if the page names no part: the text in WordPress (classic and block themes), Ghost, and pages
# with microdata.
BODY_SELECTORS = (".entry-content", ".wp-block-post-content", ".gh-content", "[itemprop=articleBody]")
# Comments in WordPress (block and classic themes), Ghost, Disqus and Coral. The outermost element comes first.
COMMENT_SELECTORS = (
    ".wp-block-comments",
    ".comments-area",
    "#comments",
    ".comments",
    "#respond",
    ".gh-comments",
    "#ghost-comments-root",
    "#disqus_thread",
    "#coral_thread",
    "[data-comments]",
)


def gated_selector(source: PageSource, data: StructuredData | None = None) -> str:
    """Return the selector of the part a gate hides: `data-gated`, or `hasPart` in JSON-LD. Empty if none is named."""
    article = (data or read_structured_data(source)).article
    return source.attribute("gated") or article.gated_part
