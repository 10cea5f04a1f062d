"""Apply every rule to a page, and order the findings: causes before symptoms, problems first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from service.campaigns.page_rules import PageType
from service.widget.install.browser.visit import BrowserVisit
from service.widget.install.checks.answer import check_answer
from service.widget.install.checks.comments import check_comments
from service.widget.install.checks.consent import check_consent
from service.widget.install.checks.cookie import check_cookie
from service.widget.install.checks.facts import check_facts
from service.widget.install.checks.gate import check_gate
from service.widget.install.checks.page_id import check_page_id
from service.widget.install.checks.page_type import check_page_type
from service.widget.install.checks.places import check_places
from service.widget.install.checks.policies import check_policies
from service.widget.install.checks.script import added_late, check_script, loader_address
from service.widget.install.expected import Expected
from service.widget.install.finding import Code, Finding, Severity, advice
from service.widget.install.page.fact_origins import expect_facts, trace_facts
from service.widget.install.page.facts import PageFacts
from service.widget.install.page.site_relation import SiteRelation, relation_of
from service.widget.install.page.source import PageSource
from service.widget.install.page.structured_data import StructuredData, read_structured_data

SYMPTOMS = frozenset({Code.NOT_RUNNING, Code.NOT_ANSWERED})
CAUSES = frozenset(
    {
        Code.SCRIPT_MISSING,
        Code.SCRIPT_HELD,
        Code.SCRIPT_IN_FRAME,
        Code.SCRIPT_REWRITTEN,
        Code.SCRIPT_FAILED,
        Code.BLOCKED_BY_CSP,
        Code.MIXED_CONTENT,
        Code.WRONG_SERVICE,
        Code.WRONG_SITE,
        Code.ORIGIN_NOT_LISTED,
    }
)
REPEATABLE = frozenset(
    {
        Code.LOOKS_RIGHT,
        Code.PLACE_HIDDEN,
        Code.PLACE_TOO_NARROW,
        Code.PLACE_WIDTH_DIFFERS,
        Code.PLACE_TOO_HIGH,
        Code.PLACE_NOT_DRAWN,
    }
)
NO_BROWSER = advice(
    Code.NO_BROWSER,
    "only the page's HTML and headers were read: what scripts, consent tools and blockers do is unknown",
    "Install Playwright (pip install playwright) and a Chromium.",
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The findings about a page, and the facts they are based on."""

    findings: tuple[Finding, ...]
    facts: PageFacts


def diagnose(
    served: PageSource, expected: Expected, visit: BrowserVisit | None, expected_type: PageType | None = None
) -> Diagnosis:
    """Check a page as served and, if there was a visit, as finished by the browser."""
    finished = visit.finished if visit and visit.finished else served
    data = read_structured_data(finished)
    facts = _facts(finished, data, visit)
    findings = [
        *check_script(served, expected),
        *check_policies(served, expected, visit.blocked if visit else ()),
        *check_page_type(facts, finished, data, expected_type),
        *check_facts(facts, data, expected_type),
        *check_page_id(facts, finished),
        *check_places(finished, visit.layout if visit else None, facts, expected),
        *check_gate(finished, data, facts, visit.layout if visit else None, _has_gate(finished, expected)),
        check_cookie(
            _relation(served, expected, visit), bool(finished.attribute("passport")), (served.network, expected.network)
        ),
    ]
    if visit is None:
        return Diagnosis(_ordered([*findings, NO_BROWSER]), facts)
    findings += [
        *check_comments(finished, facts, visit.layout),
        *check_answer(visit),
        *check_consent(visit, is_stated=bool(finished.attribute("consent"))),
    ]
    return Diagnosis(_ordered(_explained(findings, visit)), facts)


def _facts(source: PageSource, data: StructuredData, visit: BrowserVisit | None) -> PageFacts:
    if visit and visit.requests:
        return trace_facts(visit.requests[-1].facts, source, data)
    return expect_facts(source, data)


def _has_gate(source: PageSource, expected: Expected) -> bool:
    return source.attribute("site") in expected.gated


def _relation(source: PageSource, expected: Expected, visit: BrowserVisit | None) -> SiteRelation:
    """Return what the browser said about page and service. Without a browser, compare their names."""
    seen = next((request.relation for request in visit.requests if request.relation), None) if visit else None
    if seen:
        return seen
    service = loader_address(source, source.tags[0]) if source.tags else expected.service_url
    return relation_of(source.url, service)


def _explained(findings: Iterable[Finding], visit: BrowserVisit) -> Iterator[Finding]:
    """Replace "the script is missing" if the browser saw how the script comes into the page."""
    for finding in findings:
        if finding.code is Code.SCRIPT_MISSING and visit.is_running:
            yield added_late("Put the script into the page itself.")
        elif finding.code is not Code.SCRIPT_MISSING or not visit.frames:
            yield finding


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the most serious finding of each code, problems first. Drop symptoms if there is a cause."""
    kept: dict[tuple[Code, str], Finding] = {}
    for finding in findings:
        key = (finding.code, finding.what if finding.code in REPEATABLE else "")
        if key not in kept or (finding.severity is Severity.PROBLEM and kept[key].severity is not Severity.PROBLEM):
            kept[key] = finding
    problems = {finding.code for finding in kept.values() if finding.severity is Severity.PROBLEM}
    order = list(Severity)
    remaining = [finding for finding in kept.values() if finding.code not in SYMPTOMS or not problems & CAUSES]
    return tuple(sorted(remaining, key=lambda finding: order.index(finding.severity)))
