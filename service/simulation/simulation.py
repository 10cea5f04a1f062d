"""The values of a simulation file: a site, campaigns, an invented reader and steps. `simulate.py` runs them.

Times are aware, or naive, which means the site's own clock.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.site import Site
from service.decisions.situation import Purpose
from service.decisions.view import ViewRequest
from service.errors import InvalidAmountError
from service.money import Interval, Money, checked_amount, parse_amount


class ReaderEvent(StrEnum):
    """What can happen to a simulated reader between page views."""

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
    COUNTING_STOPPED = "counting_stopped"
    COUNTING_RESUMED = "counting_resumed"


PROMPT_EVENTS = frozenset({ReaderEvent.SEEN, ReaderEvent.DISMISSED, ReaderEvent.CLICKED})


class StartState(StrEnum):
    """A supporter state that a reader can start with. `cancelled`: cancelled, but paid until `paid_until`."""

    NONE = "none"
    ONE_OFF = "one_off"
    RECURRING = "recurring"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ArticlesRead:
    """A number of articles read on a local day. Each article has all of the topics."""

    day: date
    count: int = 1
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptTimes:
    """The times at which a campaign's prompt was seen, or closed."""

    campaign: str
    at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class StatedAmount:
    """An amount as a file states it: in minor units, or in major units as text. Without a currency, the site's."""

    minor: int | None = None
    major: str | None = None
    currency: str | None = None

    def money(self, site_currency: str) -> Money | None:
        """Return the amount, or None if there is none that can be read."""
        currency = self.currency or site_currency
        try:
            if self.minor is not None:
                return checked_amount(self.minor, currency)
            return parse_amount(self.major, currency) if self.major is not None else None
        except InvalidAmountError:
            return None


UNSTATED = StatedAmount()


@dataclass(frozen=True, slots=True)
class PastContribution:
    """A contribution before the first step."""

    at: datetime
    interval: Interval = Interval.ONE_OFF
    campaign: str | None = None
    amount: StatedAmount = UNSTATED


@dataclass(frozen=True, slots=True)
class OpenCheckout:
    """A checkout that was started and not finished."""

    at: datetime
    interval: Interval = Interval.ONE_OFF


@dataclass(frozen=True, slots=True)
class StartSupport:
    """The supporter state at the start. `at`: when it began; None: a day before the first step.

    For the state `lapsed`, `at` is when the support ended.
    """

    state: StartState = StartState.NONE
    at: datetime | None = None
    paid_until: datetime | None = None
    interval: Interval = Interval.MONTH
    amount: StatedAmount = UNSTATED


@dataclass(frozen=True, slots=True)
class FreeArticles:
    """Pages that were read under a gate's meter before the first step."""

    gate: str
    at: datetime
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StartReader:
    """The reader before the first step. Facts such as `country` hold for every view that does not give its own."""

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
    counts_articles: bool = True
    first_seen: datetime | None = None
    views: int | None = None
    articles: tuple[ArticlesRead, ...] = ()
    impressions: tuple[PromptTimes, ...] = ()
    dismissals: tuple[PromptTimes, ...] = ()
    contributions: tuple[PastContribution, ...] = ()
    supporter: StartSupport = StartSupport()
    abandoned_checkout: OpenCheckout | None = None
    free_articles: tuple[FreeArticles, ...] = ()


@dataclass(frozen=True, slots=True)
class ViewStep:
    """A page view. `purpose`: why the page is fetched."""

    at: datetime
    view: ViewRequest
    purpose: Purpose = Purpose.VISIT


@dataclass(frozen=True, slots=True)
class EventStep:
    """Something that happens to the reader. An event with an `event_id` that came before changes nothing.

    If an event of a prompt names no campaign, it is about every prompt of the last view.
    """

    at: datetime
    event: ReaderEvent
    campaign: str | None = None
    interval: Interval = Interval.ONE_OFF
    paid_until: datetime | None = None
    event_id: str | None = None
    amount: StatedAmount = UNSTATED


Step = ViewStep | EventStep


@dataclass(frozen=True, slots=True)
class Simulation:
    """A simulation file. `sees_prompts`: each prompt that is shown counts as seen, without a step for it."""

    site: Site
    campaigns: tuple[Campaign, ...]
    steps: tuple[Step, ...]
    reader: StartReader = StartReader()
    sees_prompts: bool = False
    raised_minor: dict[str, int] = field(default_factory=dict)
