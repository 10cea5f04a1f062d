"""Which readers a campaign speaks to. None is "no such rule"; an empty set matches nobody; zero is zero."""

from dataclasses import dataclass, field
from enum import StrEnum

from service.money import Interval


class SupporterState(StrEnum):
    """`recurring` includes "cancelled but paid until". `unknown`: signed in and not yet known; always silence."""

    NONE = "none"
    ONE_OFF = "one_off"
    RECURRING = "recurring"
    PAST_DUE = "past_due"
    LAPSED = "lapsed"
    UNKNOWN = "unknown"


NON_SUPPORTERS = frozenset({SupporterState.NONE, SupporterState.LAPSED})
SUPPORTERS = frozenset({SupporterState.ONE_OFF, SupporterState.RECURRING, SupporterState.PAST_DUE})
EVERYONE = NON_SUPPORTERS | SUPPORTERS


class Consent(StrEnum):
    """`full`: history kept. `meter`: only what the meter needs. `none`: nothing is read or written."""

    FULL = "full"
    METER = "meter"
    NONE = "none"


class Device(StrEnum):
    """A rule that lists `mobile` also takes `ios` and `android`. A reader without a device is `desktop`."""

    DESKTOP = "desktop"
    TABLET = "tablet"
    MOBILE = "mobile"
    IOS = "ios"
    ANDROID = "android"


class Inclusion(StrEnum):
    """How a campaign treats a group of readers it may leave out: leave them out, take them too, take nobody else."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """How many articles were read, this one included; both ends included.

    The window is `weeks` (this week, Monday first, and that many before; 0 is this week alone), or `days` (today and
    the days - 1 local days before), or, with neither, everything remembered. `topics` None: all articles; else the sum
    over the topics, which are counted by the week.
    """

    minimum: int | None = None
    maximum: int | None = None
    weeks: int | None = None
    days: int | None = None
    topics: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """Age of the reader's history in days of 24 hours, both ends included. A reader without a history has age 0."""

    minimum_days: int | None = None
    maximum_days: int | None = None


@dataclass(frozen=True, slots=True)
class AbandonedCheckout:
    """`has_one` True: started a checkout and did not pay, at most `within_days` ago (None: any time), at least
    `after_hours` ago."""

    has_one: bool = True
    within_days: int | None = None
    after_hours: int = 0
    intervals: frozenset[Interval] | None = None


@dataclass(frozen=True, slots=True)
class JustContributed:
    """A contribution completed in this browser within `within_minutes`, of one of `intervals` (None: any)."""

    within_minutes: int = 60
    intervals: frozenset[Interval] | None = None


@dataclass(frozen=True, slots=True)
class ReaderRules:
    """All rules must hold.

    - `article_counts`: each must hold. `is_reading_more` True: the weekly count rises. `favourite_topics_any`: the
      most-read topic is listed.
    - `supporters`: states asked; campaigns default to NON_SUPPORTERS. UNKNOWN never matches.
    - `is_signed_in`: None anyone; unknown counts as signed out.
    - `countries_any` / `countries_none`: ISO 3166 alpha-2, upper case, country groups of the site already written
      out. With either
      set, a reader of unknown country fails.
    - `one_off_only_countries`: readers of the site's one-off-only countries; unknown country is not one of them.
    - `referrers_any` / `referrers_none`: host names, lower case, matching the host itself and its subdomains.
    - `languages_any`: lower-case primary tags; `en` takes `en-IE`.
    - `just_contributed`: None means such readers are left to the supporter rules.
    - `external_audiences_any`: asked of the site's audience service for signed-in readers; no answer is no match.
    - `is_suppressible`: the site's suppressor service may say no; asked for signed-in readers only.
    - `holdout`: the site's holdout share of readers.
    """

    article_counts: tuple[ArticleCount, ...] = ()
    is_reading_more: bool | None = None
    favourite_topics_any: frozenset[str] | None = None
    first_seen: FirstSeen = field(default_factory=FirstSeen)
    supporters: frozenset[SupporterState] = NON_SUPPORTERS
    is_signed_in: bool | None = None
    consents: frozenset[Consent] | None = None
    countries_any: frozenset[str] | None = None
    countries_none: frozenset[str] = frozenset()
    one_off_only_countries: Inclusion = Inclusion.EXCLUDE
    devices: frozenset[Device] | None = None
    referrers_any: frozenset[str] | None = None
    referrers_none: frozenset[str] = frozenset()
    languages_any: frozenset[str] | None = None
    abandoned_checkout: AbandonedCheckout | None = None
    just_contributed: JustContributed | None = None
    external_audiences_any: frozenset[str] | None = None
    is_suppressible: bool = False
    holdout: Inclusion = Inclusion.EXCLUDE


ANY_READER = ReaderRules()
