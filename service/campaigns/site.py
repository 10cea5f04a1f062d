"""A site: one publication. What holds for all its campaigns, its readers' money and its switches."""

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
    """The least and most a reader may give in a currency and interval, minor units, both included."""

    currency: str
    interval: Interval
    minimum_minor: int
    maximum_minor: int


@dataclass(frozen=True, slots=True)
class ConsentPolicy:
    """`default`: taken where a request says nothing. `contextual_share`: share of page views without consent that may
    show a prompt by
    page facts and chance alone (0: none)."""

    default: Consent = Consent.NONE
    contextual_share: float = 1.0


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Pages treated as sensitive without the page saying so. `until`: every page is sensitive until then (None:
    not)."""

    pages: PageMatch | None = None
    until: WallTime | None = None
    suspends_gates: bool = True


@dataclass(frozen=True, slots=True)
class Attention:
    """Budget of one page view. An appeal and a gate never share a page, whatever stands here."""

    prompts_per_view: int = 2
    overlays_per_view: int = 1


@dataclass(frozen=True, slots=True)
class SupporterPolicy:
    """- `one_off_days`: a one-off contributor is a supporter while age < days x 24 h (0: not at all).
    - `lapsed_months`: calendar months (clamped at month end) after the end of support during which a reader is
      `lapsed`; then `none`.
      None: lapsed for ever.
    - `past_due_days`: a failing recurring contribution is `past_due` this long, then `lapsed`; None: until Stripe
      ends it.
    """

    one_off_days: int = 90
    lapsed_months: int | None = None
    past_due_days: int | None = None


@dataclass(frozen=True, slots=True)
class AssertionKey:
    """A public key that signs reader assertions. `algorithm`: ES256, RS256 or EdDSA. `public_key`: PEM."""

    key_id: str
    algorithm: str
    public_key: str


@dataclass(frozen=True, slots=True)
class ReaderAssertion:
    """How the publication vouches for a signed-in reader. No keys: nobody is signed in. `issuer` None: not checked."""

    keys: tuple[AssertionKey, ...] = ()
    audience: str = ""
    issuer: str | None = None
    maximum_age_seconds: int = 3600
    leeway_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Crawlers:
    """Known crawlers never see a prompt. `sees_articles` True: and the gate is open to them; False: they meet the
    gate."""

    sees_articles: bool = True


@dataclass(frozen=True, slots=True)
class OutsideService:
    """A service of the publication asked over HTTPS about signed-in readers, with a time-out, a cache, and a doubling
    back-off after failure."""

    url: str
    timeout_ms: int = 150
    cache_seconds: int = 3600
    back_off_seconds: int = 5
    back_off_maximum_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Switches:
    """Kill switches. Any of them silences appeals and lifts gates; preview obeys them too."""

    is_paused: bool = False
    paused_placements: frozenset[Placement] = frozenset()
    paused_kinds: frozenset[Kind] = frozenset()


class GiftField(StrEnum):
    """What a reader may say beside the amount, where the site wants it."""

    ANONYMOUS = "anonymous"
    MESSAGE = "message"


_NO_CURRENCIES: Mapping[str, str] = MappingProxyType({})
_NO_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Site:
    """- `timezone`: IANA name; every local day, week and schedule of the site is read in it.
    - `origins`: exact `scheme://host[:port]`, the only ones that may call with credentials.
    - `languages`: lower-case tags, `default_language` among them.
    - `currency`: upper-case ISO 4217, for every country that `currencies` (country -> currency) does not name.
    - `amount_limits`: one per currency and interval offered. `ask`: used where a variant has none, and by the support
      page.
    - `honours_country`: the page's `country` field is believed; otherwise only the proxy's country header is.
    - `country_groups`: names that country lists may use; written out when the snapshot is made.
    - `one_off_only_countries`: recurring contributions are not offered there.
    - `gift_fields`: asked on the support page; a gift that carries another is refused.
    - `holdout_share`: 0..1 of readers who are never shown an appeal or gate; `holdout_seed` names the draw.
    - `silence_after_closing_seconds`: after any prompt is closed, no other within this time (0: no silence).
    - `quiet_hours`: daily silence on the local clock, any of them.
    - `version`: number of the stored version; 0 where nothing is stored.
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
        """The currency readers of a country are asked in; unknown country: the site's own."""
        return self.currency if country is None else self.currencies.get(country, self.currency)

    def limit(self, currency: str, interval: Interval) -> AmountLimit | None:
        """The amount limits of a currency and interval, or None where the site offers none."""
        return next((one for one in self.amount_limits if (one.currency, one.interval) == (currency, interval)), None)
