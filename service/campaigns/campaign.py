"""A campaign: a scheduled, targeted, prioritised set of variants. Values only; decisions are made elsewhere."""

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
    """What a campaign shows: `epic` within the article, `banner` over the page, `gate` instead of the article."""

    EPIC = "epic"
    BANNER = "banner"
    GATE = "gate"


class Placement(StrEnum):
    """The place of a prompt in the page. `page_bottom` and `over_article` are overlays: they cover part of the page."""

    ARTICLE_TOP = "article_top"
    ARTICLE_END = "article_end"
    PAGE_BOTTOM = "page_bottom"
    OVER_ARTICLE = "over_article"


ASKS = frozenset({Kind.EPIC, Kind.BANNER})  # the other kind, a gate, closes the article
OVERLAYS = frozenset({Placement.PAGE_BOTTOM, Placement.OVER_ARTICLE})


class Status(StrEnum):
    """The state of a campaign. Readers see only published `live` campaigns; a `draft` can be previewed.

    An `archived` campaign is kept for the record.
    """

    DRAFT = "draft"
    LIVE = "live"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class ReaderShare:
    """A share of readers, 0 to 1 by bucket.

    `offset` None: each campaign chooses its readers by itself, whatever other campaigns choose. With an offset it is a
    range of all readers: from `offset` on, for `share`, in the order that `seed` gives; it wraps past the last reader.
    """

    share: float = 1.0
    offset: float | None = None
    seed: str = "readers"


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as its document describes it.

    - `priority`: campaigns with smaller numbers are considered first; 0 is the first. Campaigns with
      `is_high_priority` are considered before all others. Of two equal campaigns the older is first (`created_at`).
    - `share`: the share of readers, 0 to 1 by bucket, to whom the campaign may be shown. All other readers are left to
      the next campaign. `share_offset`, `share_seed`: see ReaderShare.
    - `fund`: the code of the fund or budget that its contributions belong to; None means the site's.
    - `experiment`: None means that readers are assigned by weight, with the campaign's key as seed.
    - `gate`: set if and only if the kind is gate. `meter`: only set for a gate; None means no free articles.
    - `is_dismissible`: whether the prompt has a close button.
    - `is_paused`: the campaign's own kill switch.
    - `version`: the number of the stored version; 0 if the campaign is not stored (simulation, file).
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
    share_offset: float | None = None
    share_seed: str = "readers"
    fund: str | None = None
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
    """Return the control: the variant with `is_control`, or else the first variant."""
    return next((variant for variant in campaign.variants if variant.is_control), campaign.variants[0])


def decision_order(campaign: Campaign) -> tuple[bool, int, datetime, str]:
    """Return the sort key of campaigns: high priority first, then by small priority, then by age, then by key."""
    return (not campaign.is_high_priority, campaign.priority, campaign.created_at, campaign.key)
