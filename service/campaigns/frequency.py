"""How often a campaign may be seen, and how long it is silent after a dismissal or a contribution.

Only impressions count: prompts that were really seen. Ages are exact to the second. "k in d days" counts the
impressions younger than d x 24 hours and blocks when there are k. A gap or cool-off blocks while the age is less than
its length.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.campaigns.schedule import Weekday


class Counting(StrEnum):
    """Which impressions or dismissals count: those of this campaign, or those of all campaigns of the site."""

    OWN = "own"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `impressions` in `days` x 24 hours. With 0 impressions the campaign is never shown."""

    impressions: int
    days: int
    counting: Counting = Counting.OWN

    def words(self) -> str:
        """Return what the cap counts, for traces."""
        return f"in {self.days} days, {self.counting}"


@dataclass(frozen=True, slots=True)
class Gap:
    """At least `seconds` since the last impression, however long ago that was."""

    seconds: int
    counting: Counting = Counting.OWN

    def words(self) -> str:
        """Return what the gap measures, for traces."""
        return f"seconds since the last, {self.counting}"


@dataclass(frozen=True, slots=True)
class DailyCap:
    """At most `impressions` per local day. The day changes `turns_minute` minutes after midnight (240 is 04:00)."""

    impressions: int
    turns_minute: int = 0
    counting: Counting = Counting.OWN

    def words(self) -> str:
        """Return what the limit counts, for traces."""
        return f"on this local day, {self.counting}"


@dataclass(frozen=True, slots=True)
class Cycle:
    """`impressions` of this campaign, then silence until `rest_seconds` after the last one; then this repeats."""

    impressions: int
    rest_seconds: int


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a campaign may be seen by a reader. Every limit that is set must hold; None and () set no limit.

    - `first_after_views` n: silent on the reader's first n page views. With 0 the first view may show the campaign.
    - `every_nth_view` n: may be shown on page views 1, 1 + n, 1 + 2n ..., counted after `first_after_views`.
    - `total_impressions`: the most impressions ever. With 0 the campaign is never shown.
    - `total_contributions`: the campaign ends for a reader after this many contributions made through it.
    - `is_always_asking`: ignores all other limits of this value and the site's own limits. Cool-offs and the rules
      about supporters still hold.
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
    """A moment from which earlier dismissals no longer silence the campaign. `countries` None means every country."""

    at: datetime
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class WeeklyShowAgain:
    """A weekly moment, on the site's clock, from which earlier dismissals no longer silence the campaign."""

    weekday: Weekday
    minute_of_day: int
    countries: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class CoolOff:
    """How long a campaign is silent after it was dismissed, and after a contribution.

    - `dismissal_seconds`: the silence after the 1st, 2nd, 3rd ... dismissal; the last value repeats. If it is empty, a
      dismissal starts no timed silence.
    - `until_shown_again`: silent after a dismissal until the next `show_again` or `weekly_show_again`. If
      `dismissal_seconds` is set too, the silence ends at the earlier of the two.
    - `ends_after_dismissals` n: silent for good after n dismissals, unless "show again" lifts them. With 0 the campaign
      is never shown.
    - `dismissals`: whether dismissals of other campaigns count too.
    - `one_off_days`, `recurring_days`: the silence after a contribution of that kind, in days x 24 hours, instead of
      the site's supporter policy. None means the site's policy, 0 means no silence.
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
    """Limits on all campaigns of a site together. They count the impressions of every campaign."""

    caps: tuple[Cap, ...] = ()
    gap: Gap | None = None
    daily: DailyCap | None = None


NO_COOL_OFF = CoolOff()
