"""Pages of publishers as text, the expectations they are compared with, and helpers to read findings."""

from collections.abc import Iterable

from service.widget.install.expected import Expected
from service.widget.install.finding import Code, Finding, Severity

ORIGIN = "https://www.courier.example"
PAGE = f"{ORIGIN}/news/tide"
SERVICE = "https://support.courier.example"
SCRIPT = f'<script async src="{SERVICE}/v1/widget.js" data-site="courier"></script>'
DATA = """<script type="application/ld+json">{"@type": "NewsArticle", "articleSection": "News", "keywords": ["tide"],
    "inLanguage": "en-IE"}</script>"""
PLACE = (
    f'<keep-open placement="article_end"><noscript><a href="{SERVICE}/support/courier">Support us</a></noscript>'
    "</keep-open>"
)
GOOD = f'<!doctype html><html lang="en"><head>{DATA}{SCRIPT}</head><body>{PLACE}</body></html>'
EXPECTED = Expected(SERVICE, {"courier": (ORIGIN,), "herald": ("https://herald.example",)})


def page_with(head: str, body: str = PLACE) -> str:
    """Return a page with the widget's script and this head."""
    return f'<!doctype html><html lang="en"><head>{head}{SCRIPT}</head><body>{body}</body></html>'


def problems(findings: Iterable[Finding]) -> list[Code]:
    """Return the codes of problems."""
    return [finding.code for finding in findings if finding.severity is Severity.PROBLEM]


def advices(findings: Iterable[Finding]) -> list[Code]:
    """Return the codes of advice."""
    return [finding.code for finding in findings if finding.severity is Severity.ADVICE]
