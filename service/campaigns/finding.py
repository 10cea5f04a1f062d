"""What lint has to say about a document, in words."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`problem`: it can never do what it says. `advice`: it can, but look again."""

    PROBLEM = "problem"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject`: `campaign autumn` or `site courier`. `rule` is stable, `words` are for people."""

    severity: Severity
    subject: str
    rule: str
    words: str


def problem(subject: str, rule: str, words: str) -> Finding:
    return Finding(Severity.PROBLEM, subject, rule, words)


def advice(subject: str, rule: str, words: str) -> Finding:
    return Finding(Severity.ADVICE, subject, rule, words)
