"""What a rule is, and the prepared campaign that it judges."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.experiment import Experiment
from service.campaigns.reader_rules import ArticleCount
from service.campaigns.site import Site
from service.campaigns.variant import Variant
from service.decisions.rules.verdict import Plain, Verdict, plain
from service.decisions.situation import Situation


class Stage(StrEnum):
    """What a failed rule means for a gate.

    `MATCH`: the gate does not apply, and the next gate is asked. `ACCESS`: the gate applies and opens the article.
    """

    MATCH = "match"
    ACCESS = "access"


ACCESS = Stage.ACCESS


class PreparedCount(NamedTuple):
    """A rule on the number of articles. `topics`: fingerprints; None: any topic."""

    rule: ArticleCount
    topics: frozenset[bytes] | None

    def window(self) -> str:
        """Return in words what the rule counts, for traces."""
        topics, days, weeks = self.rule.topics, self.rule.days, self.rule.weeks
        counted = "articles" if topics is None else "articles on " + ", ".join(sorted(topics))
        if days is not None:
            return f"{counted} in {days} days"
        return f"{counted} in all" if weeks is None else f"{counted} this week and {weeks} before"


ArmRanges = tuple[tuple[int, float, float, float], ...]


class Draw(NamedTuple):
    """The variants of a campaign (`arms`) that a reader's bucket chooses from.

    `ranges`: for each arm its index, the start and end of its points, and the end of the covered points.
    """

    experiment: Experiment
    control: Variant
    arms: tuple[Variant, ...]
    ranges: ArmRanges


@dataclass(frozen=True, slots=True)
class Prepared:
    """A campaign, with what its rules would otherwise compute on each page view. Instants in seconds since 1970.

    `offers`: a cache of prompts that many readers share (see `prompt.py`); not compared.
    """

    campaign: Campaign
    fingerprint: int
    starts_at: int | None
    ends_before: int | None
    counts: tuple[PreparedCount, ...]
    favourite_topics: frozenset[bytes]
    draw: Draw
    offers: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


FOREVER = 1 << 62  # later than every instant, and longer than every time in seconds
Judge = Callable[[Prepared, Situation], Verdict]
Applies = Callable[[Campaign, Site], bool]


class NamedFact(NamedTuple):
    """A fact of a page view that rules compare with the names in a campaign: its section, the reader's country.

    `value`: the value in a situation, or with `has_many` its values. `named`: the values that can change what a rule
    says about a campaign. `put`: the situation with this value alone. See `named_rules.py`, which asks in advance.
    `of_page`, `of_visit`: the number of the field, if the value is a field of the page or the visit; reading several
    fields by number is quick.
    """

    value: Callable[[Situation], Any]
    named: Callable[[Campaign, Site], Iterable[Any]]
    put: Callable[[Situation, Any], Situation]
    has_many: bool = False
    of_page: int | None = None
    of_visit: int | None = None


@dataclass(frozen=True)
class Alike:
    """The rule gives campaigns with equal keys the same answer. `key`: what the rule reads of a campaign of a site.

    `prompt_seconds`: the rule reads nothing of the reader but events of prompts that are younger than this. So it gives
    every reader without such events the answer that it gives without a history. None: the rule reads something else.
    """

    key: Callable[[Campaign, Site], Hashable]
    prompt_seconds: Callable[[Site], int] | None = None


@dataclass(frozen=True)
class OwnRecord:
    """The rule reads the reader's record of the campaign's own prompts and the clock, and nothing else of the reader.

    Events that are as old as `seconds` do not count. So the rule gives every reader without younger ones the answer
    that it gives without a history. `applies`: False for campaigns whose rule reads more than that.
    """

    applies: Callable[[Campaign], bool]
    seconds: Callable[[Campaign], int] = lambda _campaign: FOREVER


@dataclass(frozen=True)
class Measure:
    """The rule compares a number of a page view with the bounds of a campaign, both included; None is no bound.

    `key`: campaigns with equal keys are compared with the same number; None: the rule is not of this kind for them.
    `number`: the number; None fails. `bounds`: the least and the most.
    """

    key: Callable[[Campaign], Hashable | None]
    number: Callable[[Prepared, Situation], int | None]
    bounds: Callable[[Campaign], tuple[int | None, int | None]]


@dataclass(frozen=True)
class Minute:
    """The rule reads the campaign, the site and the clock in whole minutes, and nothing else."""


BY_MINUTE = Minute()
ALL_ALIKE = Alike(lambda _campaign, _site: None)
Reads = tuple[NamedFact, ...] | Alike | Measure | OwnRecord | Minute | None


class Rule(NamedTuple):
    """A rule. `applies`: whether a campaign uses the rule; asked once. `judge`: the verdict on a page view.

    `reads`: what the answer depends on besides the campaign and the site. None: anything, so the rule is asked about
    each campaign on each page view. `write`: makes a value or limit of its verdicts plain, for traces.
    """

    name: str
    judge: Judge
    applies: Applies
    stage: Stage = Stage.MATCH
    reads: Reads = None
    write: Callable[[Any], Plain] = plain


def always(_campaign: Campaign, _site: Site) -> bool:
    return True


def is_appeal(campaign: Campaign, _site: Site) -> bool:
    return campaign.kind is not Kind.GATE


def is_gate(campaign: Campaign, _site: Site) -> bool:
    return campaign.kind is Kind.GATE


def rule(
    applies: Applies = always,
    *,
    stage: Stage = Stage.MATCH,
    reads: Reads = None,
    write: Callable[[Any], Plain] = plain,
) -> Callable[[Judge], Rule]:
    """Declare a function as the rule of its name. Traces, documentation and tests use the name: do not change it."""
    return lambda judge: Rule(judge.__name__, judge, applies, stage, reads, write)
