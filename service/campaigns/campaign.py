"""A campaign: a scheduled, targeted, prioritised set of variants, as editors write it. Values only; nothing here
decides."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.campaigns.experiment import Experiment
from service.campaigns.frequency import CoolOff, Frequency
from service.campaigns.gate import Gate, Meter
from service.campaigns.page_rules import PageRules
from service.campaigns.reader_rules import ReaderRules
from service.campaigns.schedule import Schedule
from service.campaigns.variant import Variant


class Kind(StrEnum):
    EPIC = "epic"
    BANNER = "banner"
    GATE = "gate"


class Placement(StrEnum):
    """`page_bottom` and `over_article` lie over the page: at most one overlay is shown on a page view."""

    ARTICLE_TOP = "article_top"
    ARTICLE_END = "article_end"
    PAGE_BOTTOM = "page_bottom"
    OVER_ARTICLE = "over_article"


OVERLAYS = frozenset({Placement.PAGE_BOTTOM, Placement.OVER_ARTICLE})


class Status(StrEnum):
    """Only a published `live` campaign is decided on; a `draft` may be previewed; `archived` is kept for the record."""

    DRAFT = "draft"
    LIVE = "live"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class Campaign:
    """- `priority`: smaller goes first, 0 is first of all; `is_high_priority` goes before every campaign without it;
    ties: older `created_at` first.
    - `share`: 0..1 of readers (by bucket) it may speak to; the rest fall to the next campaign. 0: nobody.
    - `gate` is set for kind gate and only then; `meter` may be. `experiment` None: variants by weight with the
      campaign's key as seed.
    - `is_dismissible`: whether the prompt has a close control.
    - `is_paused`: the campaign's own kill switch. `version`: number of the stored version, 0 where nothing is stored
      (simulation, file).
    """

    key: str
    name: str
    site: str
    kind: Kind
    placement: Placement
    variants: tuple[Variant, ...]
    created_at: datetime
    status: Status = Status.LIVE
    priority: int = 100
    is_high_priority: bool = False
    share: float = 1.0
    schedule: Schedule = field(default_factory=Schedule)
    page: PageRules = field(default_factory=PageRules)
    reader: ReaderRules = field(default_factory=ReaderRules)
    frequency: Frequency = field(default_factory=Frequency)
    cool_off: CoolOff = field(default_factory=CoolOff)
    experiment: Experiment | None = None
    gate: Gate | None = None
    meter: Meter | None = None
    is_dismissible: bool = True
    is_paused: bool = False
    version: int = 0


def control_of(campaign: Campaign) -> Variant:
    """The control: the variant marked so, otherwise the first."""
    return next((variant for variant in campaign.variants if variant.is_control), campaign.variants[0])


def decision_order(campaign: Campaign) -> tuple[bool, int, datetime, str]:
    """The sort key of the walk: high priority first, then small priorities, then older, then by key."""
    return (not campaign.is_high_priority, campaign.priority, campaign.created_at, campaign.key)
