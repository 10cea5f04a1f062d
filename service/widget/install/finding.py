"""What a check of a page has to say, in words, each with a stable code."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class InstallSeverity(StrEnum):
    """`problem`: readers are not asked, or counted wrongly. `advice`: it works, but look again."""

    PROBLEM = "problem"
    ADVICE = "advice"
    FINE = "fine"


class Code(StrEnum):
    """One per diagnosis; described in docs/embed.md."""

    PAGE_UNREACHABLE = "page_unreachable"
    SCRIPT_MISSING = "script_missing"
    SCRIPT_TWICE = "script_twice"
    SCRIPT_REWRITTEN = "script_rewritten"
    SCRIPT_HELD = "script_held"
    SCRIPT_ADDED_LATE = "script_added_late"
    SCRIPT_NOT_ASYNC = "script_not_async"
    SCRIPT_FAILED = "script_failed"
    NOT_RUNNING = "not_running"
    INTEGRITY = "integrity"
    WRONG_SERVICE = "wrong_service"
    MIXED_CONTENT = "mixed_content"
    WRONG_SITE = "wrong_site"
    ORIGIN_NOT_LISTED = "origin_not_listed"
    SITE_NOT_COMPARED = "site_not_compared"
    SWITCHED_OFF = "switched_off"
    BLOCKED_BY_CSP = "blocked_by_csp"
    PLACE_MISSING = "place_missing"
    PLACE_UNKNOWN = "place_unknown"
    LINK_MISSING = "link_missing"
    FACTS_MISSING = "facts_missing"
    FACTS_UNREADABLE = "facts_unreadable"
    GATED_PART_MISSING = "gated_part_missing"
    CONSENT_UNKNOWN = "consent_unknown"
    CONSENT_NEVER_GIVEN = "consent_never_given"
    CONSENT_UNANSWERED = "consent_unanswered"
    CONSENT_TOOL_SILENT = "consent_tool_silent"
    CONSENT_TOOL_LATE = "consent_tool_late"
    THIRD_PARTY_COOKIE = "third_party_cookie"
    THIRD_PARTY_STORAGE = "third_party_storage"
    SAFARI_SEVEN_DAYS = "safari_seven_days"
    LOCAL_NEEDLESS = "local_needless"
    NOT_ANSWERED = "not_answered"
    NO_BROWSER = "no_browser"
    LOOKS_RIGHT = "looks_right"


@dataclass(frozen=True, slots=True)
class InstallFinding:
    """`remedy` says what to do; empty where nothing has to be done."""

    severity: InstallSeverity
    code: Code
    what: str
    remedy: str = ""


def problem(code: Code, what: str, remedy: str) -> InstallFinding:
    return InstallFinding(InstallSeverity.PROBLEM, code, what, remedy)


def advice(code: Code, what: str, remedy: str = "") -> InstallFinding:
    return InstallFinding(InstallSeverity.ADVICE, code, what, remedy)


def fine(what: str) -> InstallFinding:
    return InstallFinding(InstallSeverity.FINE, Code.LOOKS_RIGHT, what)


def has_problem(findings: Iterable[InstallFinding]) -> bool:
    return any(finding.severity is InstallSeverity.PROBLEM for finding in findings)
