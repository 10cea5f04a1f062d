"""A campaign prepared once for many decisions: its instants, its fingerprints, and only the rules it uses."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign
from service.campaigns.experiment import Experiment
from service.campaigns.reader_rules import ArticleCount
from service.campaigns.site import Site
from service.campaigns.variant import Variant
from service.decisions.situation import Situation
from service.decisions.verdict import Verdict


class Stage(StrEnum):
    """When a rule is asked. A gate whose `MATCH` rules hold decides alone; `ACCESS` rules may then leave it open."""

    MATCH = "match"
    ACCESS = "access"


class Scope(StrEnum):
    """What a rule looks at besides the campaign and the site. `PAGE`: the page and the clock, by whole minutes;
    `VISIT`: what the request tells of the visitor; `READER`: the reader's history, or chance."""

    PAGE = "page"
    VISIT = "visit"
    READER = "reader"


MATCH = Stage.MATCH
ACCESS = Stage.ACCESS
VISIT = Scope.VISIT


class PreparedCount(NamedTuple):
    """A rule on the number of articles, its topics as fingerprints (None: of any topic), and how a trace words it."""

    rule: ArticleCount
    topics: frozenset[int] | None
    limit: str
    note: str


class Draw(NamedTuple):
    """Between which variants (`arms`) a reader's bucket draws, with which weights."""

    experiment: Experiment
    control: Variant
    arms: tuple[Variant, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """One campaign with what its rules would otherwise compute at each view. Instants in seconds since 1970.

    `offers`: prompts that readers of one kind have in common, made when first shown; no part of the value.
    """

    campaign: Campaign
    fingerprint: int
    starts_at: int | None
    ends_before: int | None
    counts: tuple[PreparedCount, ...]
    favourite_topics: frozenset[int]
    draw: Draw
    offers: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


Judge = Callable[[Prepared, Situation], Verdict]


class Rule(NamedTuple):
    """`applies` says, once, whether a campaign uses the rule at all; `judge` says at each view if it holds, and why."""

    name: str
    judge: Judge
    applies: Callable[[Campaign, Site], bool]
    stage: Stage = MATCH
    scope: Scope = Scope.READER


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prepared campaign and the rules it uses, in order."""

    prepared: Prepared
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class CompiledSite:
    """A site's campaigns ready to be decided on: gates and appeals, each in the order they are asked.

    `wanted_topics`: fingerprints some campaign asks about. `dropped`: campaigns that could not be prepared, with the
    reason; the others go on without them. `shortlists`: see `shortlist.py`; no part of the value.
    """

    site: Site
    zone: ZoneInfo
    gates: tuple[Candidate, ...]
    appeals: tuple[Candidate, ...]
    wanted_topics: frozenset[int]
    raised_minor: Mapping[str, int]
    dropped: tuple[str, ...] = ()
    shortlists: dict[int, dict[Hashable, "CompiledSite"]] = field(default_factory=dict, compare=False, repr=False)
