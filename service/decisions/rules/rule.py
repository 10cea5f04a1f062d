"""What a rule is, and the prepared campaign that it judges."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from enum import Enum, StrEnum
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

    `rules`: those that the campaign uses, in the order they are asked. `languages`: all in which it says something, and
    "" for readers whose language is not known. `prompts`: as they are written, once they were shown (see `prompt.py`);
    not compared.
    """

    campaign: Campaign
    rules: tuple["Rule", ...]
    fingerprint: int
    starts_at: int | None
    ends_before: int | None
    counts: tuple[PreparedCount, ...]
    favourite_topics: frozenset[bytes]
    draw: Draw
    languages: frozenset[str]
    prompts: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


FOREVER = 1 << 62  # later than every instant, and longer than every time in seconds
Judge = Callable[[Prepared, Situation], Verdict]
Applies = Callable[[Campaign, Site], bool]


class NamedFact(NamedTuple):
    """A fact of a page view that rules compare with the names in a campaign: its topics, the type of the page.

    `named`: the names that can change what a rule says about a campaign. `put`: the situation with this name alone.
    `names`: the names of a view. If the fact is one of few `values` instead, `path` is the attribute that holds it.
    """

    named: Callable[[Campaign, Site], Iterable[Any]]
    put: Callable[[Situation, Any], Situation]
    names: Callable[[Situation], Iterable[Any]] = lambda _situation: ()
    path: str = ""
    values: tuple[Hashable, ...] = ()


class Bounded(NamedTuple):
    """A number of a page view, at least 0, and a campaign's bounds, both included.

    `key`: equal for equal numbers. `number`: None if it is not known, and then the rule fails.
    """

    key: Hashable
    number: Callable[[Situation], int | None]
    least: int
    most: int


@dataclass(frozen=True)
class Measure:
    """The rule compares numbers with the bounds of a campaign, and passes if all are within."""

    bounds: Callable[[Prepared], Iterable[Bounded]]


@dataclass(frozen=True)
class Alike:
    """The rule gives campaigns with equal keys the same answer. `key`: what the rule reads of a campaign of a site.

    `prompt_seconds`: the rule reads nothing of the reader but events of prompts that are younger than this. So it gives
    every reader without such events the answer that it gives without a history. None: the rule reads something else.
    """

    key: Callable[[Campaign, Site], Hashable] = lambda _campaign, _site: None
    prompt_seconds: Callable[[Site], int] | None = None


@dataclass(frozen=True)
class OwnRecord:
    """The rule reads the reader's record of the campaign's own prompts and the clock, and nothing else of the reader.

    Events that are as old as `seconds` do not count. So the rule gives every reader without younger ones the answer
    that it gives without a history. `seconds` None: for this campaign the rule reads more than that.
    """

    seconds: Callable[[Campaign], int | None] = lambda _campaign: FOREVER


class Clock(Enum):
    """The rule reads the campaign, the site and the clock, and nothing else."""

    BY_MINUTE = "in whole minutes"


BY_MINUTE = Clock.BY_MINUTE
ALL_ALIKE = Alike()
Reads = tuple[NamedFact, ...] | Alike | Measure | OwnRecord | Clock | None


class Rule(NamedTuple):
    """A rule. `applies`: whether a campaign uses the rule; asked once. `judge`: the verdict on a page view.

    `reads`: what the answer depends on besides the campaign and the site, or a function that says so for a site. None:
    anything, so the rule is asked about each campaign on each page view. A rule that fails without names reads a single
    fact. `write`: makes a value or limit of its verdicts plain, for traces.
    """

    name: str
    judge: Judge
    applies: Applies
    stage: Stage = Stage.MATCH
    reads: Reads | Callable[[Site], Reads] = None
    write: Callable[[Any], Plain] = plain

    def at(self, site: Site) -> "Rule":
        """Return the rule with what it reads at this site."""
        return self._replace(reads=self.reads(site)) if callable(self.reads) else self


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
    reads: Reads | Callable[[Site], Reads] = None,
    write: Callable[[Any], Plain] = plain,
) -> Callable[[Judge], Rule]:
    """Declare a function as the rule of its name. Traces, documentation and tests use the name: do not change it."""
    return lambda judge: Rule(judge.__name__, judge, applies, stage, reads, write)
