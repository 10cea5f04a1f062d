"""Everything that was seen of a page, put together: one finding for each diagnosis, the cause before the symptom."""

from collections.abc import Iterable
from dataclasses import replace

from service.widget.install.examine_sight import examine_sight
from service.widget.install.examine_source import examine_facts, examine_locality, examine_source, loader_address
from service.widget.install.expected import Expected
from service.widget.install.facts import PageFacts, read_facts
from service.widget.install.finding import Code, InstallFinding, InstallSeverity, advice
from service.widget.install.locality import Locality, locality_of
from service.widget.install.sight import Sight
from service.widget.install.source import PageSource

SYMPTOMS = frozenset({Code.NOT_RUNNING, Code.NOT_ANSWERED})
CAUSES = frozenset(
    {
        Code.SCRIPT_MISSING,
        Code.SCRIPT_HELD,
        Code.SCRIPT_REWRITTEN,
        Code.SCRIPT_FAILED,
        Code.BLOCKED_BY_CSP,
        Code.MIXED_CONTENT,
        Code.WRONG_SERVICE,
        Code.WRONG_SITE,
        Code.ORIGIN_NOT_LISTED,
    }
)
NO_BROWSER = advice(
    Code.NO_BROWSER,
    "looked without a browser: what tag managers, consent tools and blockers do was not seen",
    "That takes Playwright (pip install playwright) and a Chromium.",
)


def diagnose(source: PageSource, expected: Expected, sight: Sight | None) -> tuple[InstallFinding, ...]:
    """What is wrong and what is right. `sight` None: no browser looked."""
    found = [
        *examine_source(source, expected),
        *examine_facts(_facts(source, sight)),
        _locality(source, expected, sight),
    ]
    if sight is None:
        return _weeded([*found, NO_BROWSER])
    if sight.is_running and not source.tags:
        found = [finding for finding in found if finding.code is not Code.SCRIPT_MISSING]
        remedy = "It starts later, and whatever blocks tag managers blocks it: better in the page itself."
        found.append(advice(Code.SCRIPT_ADDED_LATE, "another script adds the widget", remedy))
    is_answer_given = any(tag.get("data-consent") for tag in source.tags)
    return _weeded([*found, *examine_sight(sight, expected.service_url, is_answer_given)])


def _facts(source: PageSource, sight: Sight | None) -> PageFacts:
    """What was sent stands above what the page as served would lead to."""
    read = read_facts(source)
    if sight is None or not sight.asked:
        return read
    sent = sight.asked[-1]
    return replace(read, page_type=sent.page_type, section=sent.section, has_tags=sent.has_tags, language=sent.language)


def _locality(source: PageSource, expected: Expected, sight: Sight | None) -> InstallFinding:
    tag = source.tags[0] if source.tags else None
    service = loader_address(source, tag) if tag else expected.service_url
    seen = next((asked.locality for asked in sight.asked if asked.locality), None) if sight else None
    locality = seen or _guessed_locality(source.url, service)
    return examine_locality(locality, bool(tag and tag.get("data-passport")), (source.network, expected.network))


def _guessed_locality(page: str, service: str) -> Locality:
    try:
        return locality_of(page, service)
    except ValueError:
        return Locality.CROSS_SITE


def _weeded(findings: Iterable[InstallFinding]) -> tuple[InstallFinding, ...]:
    """The most serious finding of each code, problems first; a symptom only where no cause was found."""
    kept: dict[tuple[Code, str], InstallFinding] = {}
    for finding in findings:
        key = (finding.code, finding.what if finding.severity is InstallSeverity.FINE else "")
        if key not in kept or (
            finding.severity is InstallSeverity.PROBLEM and kept[key].severity is not InstallSeverity.PROBLEM
        ):
            kept[key] = finding
    problems = {finding.code for finding in kept.values() if finding.severity is InstallSeverity.PROBLEM}
    order = list(InstallSeverity)
    remaining = [finding for finding in kept.values() if finding.code not in SYMPTOMS or not problems & CAUSES]
    return tuple(sorted(remaining, key=lambda finding: order.index(finding.severity)))
