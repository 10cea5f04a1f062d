"""Print the result of an installation check, as text for people or as JSON for programs."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from service.widget.install.check import PageReport
from service.widget.install.checks.places import describe
from service.widget.install.finding import Finding, Severity
from service.widget.install.page.facts import FACT_NAMES, PageFacts

MARKS = {Severity.FINE: "ok     ", Severity.ADVICE: "advice ", Severity.PROBLEM: "PROBLEM"}


def report_text(reports: Sequence[PageReport]) -> str:
    """Return the reports as text. Pages are separated by an empty line."""
    return "\n\n".join("\n".join(_lines(report)) for report in reports)


def report_json(reports: Sequence[PageReport]) -> str:
    """Return the reports as a JSON array with an object for each page."""
    return json.dumps([_document(report) for report in reports], indent=2, ensure_ascii=False)


def _lines(report: PageReport) -> Iterator[str]:
    yield str(report.page)
    if report.facts:
        yield from _fact_lines(report.facts)
    for place in report.places:
        yield f"  place: {describe(place)}{'' if place.is_visible else ', hidden'}"
    for finding in report.findings:
        yield from _finding_lines(finding)


def _fact_lines(facts: PageFacts) -> Iterator[str]:
    verb = "sent" if facts.were_sent else "would send"
    yield from (f"  {verb}: {fact.name} {fact.value}, from {fact.detail}" for fact in facts.facts.values())
    missing = [name for name in FACT_NAMES if name not in facts.facts]
    if missing:
        yield f"  not {'sent' if facts.were_sent else 'found'}: {', '.join(missing)}"


def _finding_lines(finding: Finding) -> Iterator[str]:
    code = "" if finding.severity is Severity.FINE else f" [{finding.code}]"
    yield f"{MARKS[finding.severity]}  {finding.what}{code}"
    if finding.remedy:
        yield f"         {finding.remedy}"


def _document(report: PageReport) -> dict[str, Any]:
    facts = report.facts or PageFacts({})
    return {
        "url": report.page.url,
        "expected_type": report.page.expected_type,
        "has_problem": report.has_problem,
        "facts_were_sent": facts.were_sent,
        "facts": [
            {"name": fact.name, "value": fact.value, "origin": fact.origin, "from": fact.detail}
            for fact in facts.facts.values()
        ],
        "places": [
            {
                "placement": place.placement,
                "width": place.width,
                "height": place.height,
                "paragraph_width": place.paragraph_width,
                "is_visible": place.is_visible,
                "is_drawn": place.is_drawn,
            }
            for place in report.places
        ],
        "findings": [
            {"severity": finding.severity, "code": finding.code, "what": finding.what, "remedy": finding.remedy}
            for finding in report.findings
        ],
    }
