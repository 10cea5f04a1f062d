"""axe-core with every WCAG 2.2 A and AA rule, the target size among them."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "rules": {"target-size": {"enabled": True}}}


def faults(page: Page, within: str | None = None) -> list[str]:
    """What axe finds, a line each; `within` a selector on the page."""
    found = Axe().run(page, context=within, options=OPTIONS).response["violations"]
    return [f"{one['id']}: {node['target']} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]
