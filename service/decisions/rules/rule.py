"""What a rule is, and the prepared campaign that it judges."""

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
    """What a failed rule means for a gate.

    `MATCH`: the gate does not apply, and the next gate is asked. `ACCESS`: the gate applies and opens the article.
    """

    MATCH = "match"
    ACCESS = "access"


class Scope(StrEnum):
    """What a rule reads besides campaign and site. It limits how long the shortlist may keep the verdict.

    `PAGE`: the page and the clock, by whole minutes. `VISIT`: what the request says about the reader. `READER`: the
    reader's history, or chance; the verdict is never kept.
    """

    PAGE = "page"
    VISIT = "visit"
    READER = "reader"


ACCESS = Stage.ACCESS
PAGE = Scope.PAGE
VISIT = Scope.VISIT


class PreparedCount(NamedTuple):
    """A rule on the number of articles. `topics`: fingerprints; None: any topic. `limit`, `note`: texts for traces."""

    rule: ArticleCount
    topics: frozenset[int] | None
    limit: str
    note: str


class Draw(NamedTuple):
    """The variants of a campaign (`arms`) that a reader's bucket chooses from, with their weights."""

    experiment: Experiment
    control: Variant
    arms: tuple[Variant, ...]
    weights: tuple[float, ...]


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
    favourite_topics: frozenset[int]
    draw: Draw
    offers: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)


Judge = Callable[[Prepared, Situation], Verdict]
Applies = Callable[[Campaign, Site], bool]


class Rule(NamedTuple):
    """A rule. `applies`: whether a campaign uses the rule; asked once. `judge`: the verdict on a page view."""

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
