"""A finding of lint: a sentence about a document, with a stable rule name and a severity."""

from dataclasses import dataclass
from enum import StrEnum


class LintSeverity(StrEnum):
    """How serious a finding is. `problem`: the document can never do what it says. `advice`: it can, but check it."""

    PROBLEM = "problem"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class LintFinding:
    """A finding. `subject` is `campaign autumn` or `site courier`, `rule` a stable name, `words` a text for people."""

    severity: LintSeverity
    subject: str
    rule: str
    words: str


def problem(subject: str, rule: str, words: str) -> LintFinding:
    """Return a finding of severity `problem`."""
    return LintFinding(LintSeverity.PROBLEM, subject, rule, words)


def advice(subject: str, rule: str, words: str) -> LintFinding:
    """Return a finding of severity `advice`."""
    return LintFinding(LintSeverity.ADVICE, subject, rule, words)
