"""Which readers a campaign is shown to. None means "no such rule", an empty set matches no reader, zero is zero."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from service.money import Interval


class SupporterState(StrEnum):
    """A reader's contributions so far, in one word.

    `recurring` includes contributions that are cancelled but paid up. `unknown` is a signed-in reader whose state is
    not known yet; such a reader is never shown a prompt.
    """

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
    """What a reader allows: to keep a history (`full`), only the meter's counts (`meter`), or nothing (`none`)."""

    FULL = "full"
    METER = "meter"
    NONE = "none"


class Device(StrEnum):
    """A reader's device. A rule for `mobile` covers `ios` and `android`. An unknown device counts as `desktop`."""

    DESKTOP = "desktop"
    TABLET = "tablet"
    MOBILE = "mobile"
    IOS = "ios"
    ANDROID = "android"


class Inclusion(StrEnum):
    """How a campaign treats a group of readers: exclude them, include them, or be shown only to them."""

    EXCLUDE = "exclude"
    INCLUDE = "include"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class ArticleCount:
    """How many articles the reader has read, with the current article. `minimum` and `maximum` are included.

    - `weeks` n: count this week (from Monday) and the n weeks before; 0 is this week alone.
    - `days` n: count today and the n - 1 local days before.
    - Without both, count everything that is remembered.
    - `topics`: count only these topics, added up. Topics are counted by the week. None counts all articles.
    """

    minimum: int | None = None
    maximum: int | None = None
    weeks: int | None = None
    days: int | None = None
    topics: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FirstSeen:
    """The age of the reader's history in days of 24 hours, both limits included. Without a history the age is 0."""

    minimum_days: int | None = None
    maximum_days: int | None = None


@dataclass(frozen=True, slots=True)
class AbandonedCheckout:
    """Whether the reader started a checkout and did not pay.

    `has_one` True: such a checkout exists, started at least `after_hours` and at most `within_days` ago (None: no
    limit), in one of `intervals` (None: any). `has_one` False: there is none.
    """

    has_one: bool = True
    within_days: int | None = None
    after_hours: int = 0
    intervals: frozenset[Interval] | None = None


@dataclass(frozen=True, slots=True)
class JustContributed:
    """A contribution was completed in this browser within `within_minutes`, in one of `intervals` (None: any)."""

    within_minutes: int = 60
    intervals: frozenset[Interval] | None = None


@dataclass(frozen=True, slots=True)
class ReaderRules:
    """Which readers a campaign is shown to. A reader must pass every rule.

    - `article_counts`: every entry must hold.
    - `is_reading_more` True: the reader's weekly article count rises.
    - `favourite_topics_any`: the topic that the reader reads most is one of these.
    - `supporters`: the states that pass. SupporterState.UNKNOWN never passes.
    - `is_signed_in`: None means every reader. A reader of unknown state counts as signed out.
    - `countries_any`, `countries_none`: upper-case ISO 3166 alpha-2 codes; a snapshot replaces country groups by their
      codes. If either is set, a reader whose country is unknown fails.
    - `one_off_only_countries`: readers in the site's one-off-only countries. An unknown country is not one of them.
    - `referrers_any`, `referrers_none`: lower-case host names; a host also matches its subdomains.
    - `languages_any`: lower-case tags; `en` also matches `en-IE`.
    - `just_contributed`: None leaves such readers to the rules about supporters.
    - `external_audiences_any`: names that the site's audience service returns for signed-in readers. If the service
      does not answer, the reader fails.
    - `recurring_below`: minor units a month by currency. The reader's recurring contribution is running and less.
    - `is_suppressible`: the site's suppressor service may veto the campaign for a signed-in reader.
    - `holdout`: readers in the site's holdout.
    """

    article_counts: tuple[ArticleCount, ...] = ()
    is_reading_more: bool | None = None
    favourite_topics_any: frozenset[str] | None = None
    first_seen: FirstSeen = field(default_factory=FirstSeen)
    supporters: frozenset[SupporterState] = NON_SUPPORTERS
    recurring_below: Mapping[str, int] | None = None
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
