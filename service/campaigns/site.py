"""A site: one publication that uses the service, with the settings that hold for all its campaigns. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from service.campaigns.campaign import Kind, Placement
from service.campaigns.frequency import SiteFrequency
from service.campaigns.page_rules import Exclusion, PageMatch
from service.campaigns.reader_rules import Consent
from service.campaigns.schedule import Hours, WallTime
from service.campaigns.variant import Ask
from service.money import Interval


@dataclass(frozen=True, slots=True)
class AmountLimit:
    """The smallest and largest contribution in a currency and interval, in minor units, both included."""

    currency: str
    interval: Interval
    minimum_minor: int
    maximum_minor: int


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """How the site treats consent.

    `default` applies if a request does not say what the reader allows. `contextual_share` is the share of page views
    without consent on which a prompt may be shown, chosen only by facts about the page and by chance. `gates_locked`:
    gates close locked articles without consent too, because no free article has to be counted for them.
    """

    default: Consent = Consent.NONE
    contextual_share: float = 1.0
    gates_locked: bool = False


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Pages that are treated as sensitive even if they do not say so themselves.

    Until `until`, every page is sensitive. `suspends_gates`: all gates are open on sensitive pages.
    """

    pages: PageMatch | None = None
    until: WallTime | None = None
    suspends_gates: bool = True


@dataclass(frozen=True, slots=True)
class Attention:
    """The most prompts, and the most overlays among them, on one page view. An appeal and a gate never share a page."""

    prompts_per_view: int = 2
    overlays_per_view: int = 1


@dataclass(frozen=True, slots=True)
class SupporterPolicy:
    """For how long a contribution makes its reader a supporter.

    - `one_off_days`: a one-off contributor is a supporter for this many days x 24 hours. With 0, never.
    - `lapsed_months`: for this many calendar months after that a reader is `lapsed`, then `none`. A month is clamped at
      its end. None means lapsed forever.
    - `past_due_days`: a recurring contribution whose payment fails is `past_due` for this many days, then `lapsed`.
      None means until Stripe ends it.
    """

    one_off_days: int = 90
    lapsed_months: int | None = None
    past_due_days: int | None = None


@dataclass(frozen=True, slots=True)
class AssertionKey:
    """A PEM public key that verifies reader assertions. `algorithm` is ES256, RS256 or EdDSA."""

    key_id: str
    algorithm: str
    public_key: str


@dataclass(frozen=True, slots=True)
class ReaderAssertion:
    """How the publication proves that a reader is signed in: with a token that one of its keys has signed.

    Without keys, all readers are signed out. `issuer` None means that the issuer is not checked.
    """

    keys: tuple[AssertionKey, ...] = ()
    audience: str = ""
    issuer: str | None = None
    maximum_age_seconds: int = 3600
    leeway_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Crawlers:
    """How known crawlers are treated. They never see an appeal; `sees_articles` opens the gates for them too."""

    sees_articles: bool = True


@dataclass(frozen=True, slots=True)
class OutsideService:
    """A service of the publication that is asked over HTTPS about signed-in readers.

    Answers are cached for `cache_seconds`. After a failure the service is not asked for `back_off_seconds`, which
    doubles with every further failure up to `back_off_maximum_seconds`.
    """

    url: str
    timeout_ms: int = 150
    cache_seconds: int = 3600
    back_off_seconds: int = 5
    back_off_maximum_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Switches:
    """The kill switches of a site. Each stops its prompts and opens its gates, for readers and in previews."""

    is_paused: bool = False
    paused_placements: frozenset[Placement] = frozenset()
    paused_kinds: frozenset[Kind] = frozenset()


class GiftField(StrEnum):
    """An optional part of a contribution besides the amount: to stay anonymous, or to leave a message."""

    ANONYMOUS = "anonymous"
    MESSAGE = "message"


_NO_CURRENCIES: Mapping[str, str] = MappingProxyType({})
_NO_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Site:
    """A site as its document describes it.

    - `timezone`: the IANA name of the zone in which every local day, week and schedule of the site is read.
    - `origins`: exact `scheme://host[:port]` of the only pages that may call the service.
    - `languages`: lower-case tags, with `default_language` among them.
    - `currency`: upper-case ISO 4217, for all countries that are not in `currencies` (country -> currency).
    - `amount_limits`: an entry for every currency and interval that is offered.
    - `ask`: used by the support page and by variants without an ask.
    - `fund`: the code of the fund or budget of contributions whose campaign names none.
    - `honours_country`: believe the `country` that a page sends. Otherwise only the proxy's header is believed.
    - `country_groups`: names that country lists may use. The snapshot replaces them by their countries.
    - `one_off_only_countries`: recurring contributions are not offered there.
    - `gift_fields`: the optional parts of a contribution that the site accepts. All others are refused.
    - `holdout_share`: the share of readers, 0 to 1, who are never shown a prompt. `holdout_seed` decides which readers.
    - `silence_after_closing_seconds`: how long no other prompt is shown after a prompt was closed.
    - `quiet_hours`: daily hours, on the site's clock, without appeals.
    - `version`: the number of the stored version; 0 if the site is not stored.
    """

    key: str
    name: str
    timezone: str
    origins: tuple[str, ...]
    home_url: str
    languages: tuple[str, ...]
    default_language: str
    currency: str
    ask: Ask
    amount_limits: tuple[AmountLimit, ...]
    currencies: Mapping[str, str] = field(default_factory=lambda: _NO_CURRENCIES)
    fund: str | None = None
    contact_url: str | None = None
    privacy_url: str | None = None
    honours_country: bool = False
    country_groups: Mapping[str, frozenset[str]] = field(default_factory=lambda: _NO_GROUPS)
    one_off_only_countries: frozenset[str] = frozenset()
    gift_fields: frozenset[GiftField] = frozenset()
    consent: ConsentPolicy = field(default_factory=ConsentPolicy)
    sensitivity: Sensitivity = field(default_factory=Sensitivity)
    exclusions: tuple[Exclusion, ...] = ()
    holdout_share: float = 0.0
    holdout_seed: str = "holdout"
    attention: Attention = field(default_factory=Attention)
    frequency: SiteFrequency = field(default_factory=SiteFrequency)
    silence_after_closing_seconds: int = 3600
    quiet_hours: tuple[Hours, ...] = ()
    supporters: SupporterPolicy = field(default_factory=SupporterPolicy)
    assertion: ReaderAssertion = field(default_factory=ReaderAssertion)
    crawlers: Crawlers = field(default_factory=Crawlers)
    audience_service: OutsideService | None = None
    suppressor_service: OutsideService | None = None
    switches: Switches = field(default_factory=Switches)
    created_at: datetime | None = None
    version: int = 0

    def currency_in(self, country: str | None) -> str:
        """Return the currency of a country's readers. An unknown country has the site's own."""
        return self.currency if country is None else self.currencies.get(country, self.currency)

    def limit(self, currency: str, interval: Interval) -> AmountLimit | None:
        """Return the limits of a currency and interval, or None if the site does not offer them."""
        wanted = (currency, interval)
        return next((limit for limit in self.amount_limits if (limit.currency, limit.interval) == wanted), None)
