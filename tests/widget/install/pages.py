"""Pages of publishers, as text, and what they are held against."""

from service.widget.install.expected import Expected
from service.widget.install.finding import Code, InstallFinding, InstallSeverity

PAGE = "https://www.courier.example/news/tide"
SERVICE = "https://support.courier.example"
SCRIPT = f'<script async src="{SERVICE}/v1/widget.js" data-site="courier"></script>'
DATA = """<script type="application/ld+json">{"@type": "NewsArticle", "articleSection": "News", "keywords": ["tide"],
    "inLanguage": "en-IE"}</script>"""
PLACE = (
    f'<keep-open placement="article_end"><noscript><a href="{SERVICE}/support/courier">Give</a></noscript></keep-open>'
)
GOOD = f'<!doctype html><html lang="en"><head>{DATA}{SCRIPT}</head><body>{PLACE}</body></html>'
EXPECTED = Expected(
    SERVICE, {"courier": ("https://www.courier.example",), "herald": ("https://herald.example",)}, frozenset()
)


def serious(findings: tuple[InstallFinding, ...]) -> list[Code]:
    return [finding.code for finding in findings if finding.severity is InstallSeverity.PROBLEM]


def advised(findings: tuple[InstallFinding, ...]) -> list[Code]:
    return [finding.code for finding in findings if finding.severity is InstallSeverity.ADVICE]
