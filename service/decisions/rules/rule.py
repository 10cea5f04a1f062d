"""A rule, and the prepared campaign that it is asked about."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.experiment import Experiment
from service.campaigns.reader_rules import ArticleCount
from service.campaigns.site import Site
from service.campaigns.variant import Variant
from service.decisions.rules.verdict import Verdict
from service.decisions.situation import Situation


class Stage(StrEnum):
    """When a rule is asked. A gate whose `MATCH` rules hold decides alone; `ACCESS` rules may then leave it open."""

    MATCH = "match"
    ACCESS = "access"


class Scope(StrEnum):
    """What a rule reads besides campaign and site, so how far the shortlist may remember its verdict.

    `PAGE`: the page and the clock, by whole minutes. `VISIT`: what the request says of the reader. `READER`: the
    reader's history, or chance; the verdict is never remembered.
    """

    PAGE = "page"
    VISIT = "visit"
    READER = "reader"


ACCESS = Stage.ACCESS
PAGE = Scope.PAGE
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
Applies = Callable[[Campaign, Site], bool]


class Rule(NamedTuple):
    """`applies` says, once, whether a campaign uses the rule at all; `judge` says at each view if it holds, and why."""

    name: str
    judge: Judge
    applies: Applies
    stage: Stage = Stage.MATCH
    scope: Scope = Scope.READER


def always(_campaign: Campaign, _site: Site) -> bool:
    return True


def is_appeal(campaign: Campaign, _site: Site) -> bool:
    return campaign.kind is not Kind.GATE


def is_gate(campaign: Campaign, _site: Site) -> bool:
    return campaign.kind is Kind.GATE


def rule(
    applies: Applies = always, *, stage: Stage = Stage.MATCH, scope: Scope = Scope.READER
) -> Callable[[Judge], Rule]:
    """Declare a function as the rule of its name. Traces, documentation and tests use the name: do not change it."""
    return lambda judge: Rule(judge.__name__, judge, applies, stage, scope)
