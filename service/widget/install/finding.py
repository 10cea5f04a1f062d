"""A finding of the installation check: its severity, a stable code, a sentence, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`problem`: readers are not asked, not counted, or see a broken page. `advice`: it works, but could be better."""

    PROBLEM = "problem"
    ADVICE = "advice"
    FINE = "fine"


class Code(StrEnum):
    """The codes of findings. docs/embed.md describes each of them."""

    PAGE_UNREACHABLE = "page_unreachable"
    SCRIPT_MISSING = "script_missing"
    SCRIPT_TWICE = "script_twice"
    SCRIPT_IN_FRAME = "script_in_frame"
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
    TYPE_UNEXPECTED = "type_unexpected"
    TYPE_GUESSED = "type_guessed"
    FACTS_CONTRADICT = "facts_contradict"
    FACTS_MISSING = "facts_missing"
    FACTS_OF_ANOTHER_PAGE = "facts_of_another_page"
    FACTS_UNREADABLE = "facts_unreadable"
    PAGE_ID_NOT_UNIQUE = "page_id_not_unique"
    PAGE_ID_DIFFERS = "page_id_differs"
    PLACE_MISSING = "place_missing"
    PLACE_UNKNOWN = "place_unknown"
    PLACE_HIDDEN = "place_hidden"
    PLACE_TOO_NARROW = "place_too_narrow"
    PLACE_WIDTH_DIFFERS = "place_width_differs"
    PLACE_TOO_HIGH = "place_too_high"
    PLACE_NOT_DRAWN = "place_not_drawn"
    LINK_MISSING = "link_missing"
    GATED_PART_MISSING = "gated_part_missing"
    GATED_PART_UNMATCHED = "gated_part_unmatched"
    COMMENTS_COVERED = "comments_covered"
    KEEP_CLEAR_UNMATCHED = "keep_clear_unmatched"
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
class Finding:
    """`remedy` says what to do. It is empty if nothing has to be done."""

    severity: Severity
    code: Code
    what: str
    remedy: str = ""


def problem(code: Code, what: str, remedy: str) -> Finding:
    """Return a finding that makes the command exit with 1."""
    return Finding(Severity.PROBLEM, code, what, remedy)


def advice(code: Code, what: str, remedy: str = "") -> Finding:
    """Return a finding that does not change the exit status."""
    return Finding(Severity.ADVICE, code, what, remedy)


def fine(what: str) -> Finding:
    """Return a finding that says what works."""
    return Finding(Severity.FINE, Code.LOOKS_RIGHT, what)


def has_problem(findings: Iterable[Finding]) -> bool:
    """Return whether any finding is a problem."""
    return any(finding.severity is Severity.PROBLEM for finding in findings)
