"""What lint has to say about a document, in words."""

from dataclasses import dataclass
from enum import StrEnum


class LintSeverity(StrEnum):
    """`problem`: it can never do what it says. `advice`: it can, but look again."""

    PROBLEM = "problem"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class LintFinding:
    """`subject`: `campaign autumn` or `site courier`. `rule` is stable, `words` are for people."""

    severity: LintSeverity
    subject: str
    rule: str
    words: str


def problem(subject: str, rule: str, words: str) -> LintFinding:
    return LintFinding(LintSeverity.PROBLEM, subject, rule, words)


def advice(subject: str, rule: str, words: str) -> LintFinding:
    return LintFinding(LintSeverity.ADVICE, subject, rule, words)
