"""Check pages of a publication: fetch each, open it in a browser, and report the facts, places and findings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.campaigns.snapshot.holder import SnapshotHolder
from service.services import Services
from service.widget.install.browser.find import VisitPage
from service.widget.install.browser.visit import BrowserMissingError, BrowserVisit, SeenPlace
from service.widget.install.diagnosis import NO_BROWSER, diagnose
from service.widget.install.expected import Expected, expected_of
from service.widget.install.finding import Code, Finding, has_problem, problem
from service.widget.install.page.facts import PageFacts
from service.widget.install.page.fetch import PageUnreachableError, fetch_source, network_of
from service.widget.install.page_argument import RequestedPage


@dataclass(frozen=True, slots=True)
class PageReport:
    """The result of checking a page. `facts` is None if the page could not be read."""

    page: RequestedPage
    findings: tuple[Finding, ...]
    facts: PageFacts | None = None
    places: tuple[SeenPlace, ...] = ()

    @property
    def has_problem(self) -> bool:
        """Whether the page has a problem."""
        return has_problem(self.findings)


def check_pages(pages: Sequence[RequestedPage], services: Services, visit: VisitPage | None) -> tuple[PageReport, ...]:
    """Check the pages one after the other. Without `visit`, only their HTML and headers are read."""
    services.part(SnapshotHolder).refresh()
    snapshot = services.part(SnapshotHolder).current() if services.part(SnapshotHolder).is_loaded else None
    expected = expected_of(services.settings, snapshot, network_of(services.settings.public_url))
    return tuple(check_page(page, expected, visit) for page in pages)


def check_page(page: RequestedPage, expected: Expected, visit: VisitPage | None) -> PageReport:
    """Check a page. Findings are ordered, problems first."""
    seen: BrowserVisit | None = None
    no_browser = NO_BROWSER
    try:
        served = fetch_source(page.url)
        seen = visit(page.url) if visit else None
    except PageUnreachableError as error:
        remedy = "Use the final address of a page that readers can open without signing in."
        return PageReport(page, (problem(Code.PAGE_UNREACHABLE, f"the page cannot be read: {error}", remedy),))
    except BrowserMissingError as error:
        no_browser = replace(NO_BROWSER, what=f"{error}; {NO_BROWSER.what}")
    diagnosis = diagnose(served, expected, seen, page.expected_type)
    findings = tuple(no_browser if finding is NO_BROWSER else finding for finding in diagnosis.findings)
    return PageReport(page, findings, diagnosis.facts, seen.layout.places if seen else ())
