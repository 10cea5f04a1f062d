"""A day of one invented reader, as written in a simulation file. Values only; `simulate.py` lives it.

Times are aware, or naive and then on the site's own clock.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.site import Site
from service.decisions.situation import Purpose
from service.decisions.view import ViewRequest
from service.money import Interval


class Happening(StrEnum):
    """What may happen to the reader between page views."""

    SEEN = "seen"
    DISMISSED = "dismissed"
    CLICKED = "clicked"
    CONTRIBUTED = "contributed"
    REFUNDED = "refunded"
    CHECKOUT_STARTED = "checkout_started"
    PAYMENT_FAILED = "payment_failed"
    PAYMENT_RECOVERED = "payment_recovered"
    CANCELLED = "cancelled"
    ENDED = "ended"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    ERASED = "erased"


ABOUT_A_PROMPT = frozenset({Happening.SEEN, Happening.DISMISSED, Happening.CLICKED})


class StartState(StrEnum):
    """A supporter state a reader may start with. `cancelled`: still paid until `paid_until`."""

    NONE = "none"
    ONE_OFF = "one_off"
    RECURRING = "recurring"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ArticlesRead:
    """`count` articles read on a local day, each on all of `topics`."""

    day: date
    count: int = 1
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptTimes:
    """When a campaign's prompt was seen, or closed."""

    campaign: str
    at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Given:
    at: datetime
    interval: Interval = Interval.ONE_OFF
    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """A checkout begun and not finished."""

    at: datetime
    interval: Interval = Interval.ONE_OFF


@dataclass(frozen=True, slots=True)
class StartSupport:
    """`at`: when the state began (for `lapsed`, when support ended); None: a day before the first step."""

    state: StartState = StartState.NONE
    at: datetime | None = None
    paid_until: datetime | None = None
    interval: Interval = Interval.MONTH


@dataclass(frozen=True, slots=True)
class FreeArticles:
    """Pages already read under a gate's meter."""

    gate: str
    at: datetime
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartReader:
    """The reader before the first step; the standing facts hold for every view that does not say otherwise."""

    bucket: int | None = 0
    consent: Consent = Consent.FULL
    is_signed_in: bool = False
    is_verified: bool = True
    is_staff: bool = False
    country: str | None = None
    device: Device | None = None
    language: str | None = None
    referrer: str | None = None
    audiences: frozenset[str] | None = None
    is_suppressed: bool = False
    first_seen: datetime | None = None
    views: int | None = None
    articles: tuple[ArticlesRead, ...] = ()
    impressions: tuple[PromptTimes, ...] = ()
    dismissals: tuple[PromptTimes, ...] = ()
    contributions: tuple[Given, ...] = ()
    supporter: StartSupport = StartSupport()
    abandoned_checkout: Started | None = None
    free_articles: tuple[FreeArticles, ...] = ()


@dataclass(frozen=True, slots=True)
class ViewStep:
    at: datetime
    view: ViewRequest
    purpose: Purpose = Purpose.VISIT


@dataclass(frozen=True, slots=True)
class EventStep:
    """`campaign` None, where it is about a prompt: every prompt of the last view. An event told again under the same
    `event_id` changes nothing."""

    at: datetime
    event: Happening
    campaign: str | None = None
    interval: Interval = Interval.ONE_OFF
    paid_until: datetime | None = None
    event_id: str | None = None


Step = ViewStep | EventStep


@dataclass(frozen=True, slots=True)
class Simulation:
    """`sees_prompts`: every prompt shown is seen at once, without a step that says so."""

    site: Site
    campaigns: tuple[Campaign, ...]
    steps: tuple[Step, ...]
    reader: StartReader = StartReader()
    sees_prompts: bool = False
    raised_minor: dict[str, int] = field(default_factory=dict)
