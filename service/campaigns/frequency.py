"""How often a prompt may be seen, and how long it stays away afterwards. Only impressions seen count; ages are exact,
in seconds.

Stated once: "k in d days" counts impressions younger than d x 24 h and blocks at k; a gap or cool-off blocks while
age < its length.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.campaigns.schedule import Weekday


class Counting(StrEnum):
    """Whose impressions (or dismissals) count: this campaign's own, or those of all campaigns of the site."""

    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `impressions` in `days` x 24 hours. 0 impressions: never."""

    impressions: int
    days: int
    counting: Counting = Counting.OWN


@dataclass(frozen=True, slots=True)
class Gap:
    """At least `seconds` since the last impression; looks back as far as it needs, whatever the caps' windows."""

    seconds: int
    counting: Counting = Counting.OWN


@dataclass(frozen=True, slots=True)
class DailyCap:
    """At most `impressions` per local day, which turns at `turns_minute` after midnight (240 is 04:00)."""

    impressions: int
    turns_minute: int = 0
    counting: Counting = Counting.OWN


@dataclass(frozen=True, slots=True)
class Cycle:
    """`impressions` of this campaign, then silence until `rest_seconds` after the last of them, then anew."""

    impressions: int
    rest_seconds: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """All parts must hold; None and () are "no such limit".

    - `first_after_views` n: silent on the reader's first n page views, may show from view n + 1 (0: at once).
    - `every_nth_view` n: may show on page views 1, 1 + n, 1 + 2n ... counted after `first_after_views` (1: every view).
    - `total_impressions`: ever, of this campaign. 0: never.
    - `total_contributions`: stops for a reader after that many contributions made through this campaign; None: no
      limit.
    - `is_always_asking`: passes every rule of this value and the site's own caps and gap; cool-offs and supporter
      rules still hold.
    """

    caps: tuple[Cap, ...] = ()
    gap: Gap | None = None
    first_after_views: int | None = None
    every_nth_view: int | None = None
    daily: DailyCap | None = None
    cycle: Cycle | None = None
    total_impressions: int | None = None
    total_contributions: int | None = None
    is_always_asking: bool = False


NO_LIMIT = Frequency()


@dataclass(frozen=True, slots=True)
class ShowAgain:
    """The editor's button: a dismissal made before `at` no longer counts. `countries` None: everywhere."""

    at: datetime
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class WeeklyShowAgain:
    """The same, each week at a local weekday and minute of the day."""

    weekday: Weekday
    minute_of_day: int
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class CoolOff:
    """Silence of this campaign.

    - `dismissal_seconds`: after the 1st, 2nd, 3rd ... dismissal; the last repeats. Empty: a dismissal starts no timed
      silence.
    - `until_shown_again`: after a dismissal, silent until the next `show_again` or `weekly_show_again` after it; with
      `dismissal_seconds` too, until the earlier of the two.
    - `ends_after_dismissals` n: from the nth dismissal on, never again (but see show again). 0: not shown at all.
    - `dismissals`: whose dismissals count.
    - `one_off_days` / `recurring_days`: silence after a contribution of that kind (days x 24 h), instead of the
      site's supporter policy.
      None: the site's policy. 0: none.
    """

    dismissal_seconds: tuple[int, ...] = ()
    until_shown_again: bool = False
    ends_after_dismissals: int | None = None
    dismissals: Counting = Counting.OWN
    show_again: tuple[ShowAgain, ...] = ()
    weekly_show_again: tuple[WeeklyShowAgain, ...] = ()
    one_off_days: int | None = None
    recurring_days: int | None = None


@dataclass(frozen=True, slots=True)
class SiteFrequency:
    """Limits over all campaigns of a site, asked after a campaign's own. Caps and gap here always count all."""

    caps: tuple[Cap, ...] = ()
    gap: Gap | None = None
    daily: DailyCap | None = None


NO_COOL_OFF = CoolOff()
