"""A reader as the service knows them: counts, instants and fingerprints, never who they are.

Every list has a bound, so that a sealed passport stays under 1.5 KB. Instants are whole seconds since 1970 in UTC; days
are ordinals of the site's local date.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.money import Interval

Counts = bytes | tuple[int, ...]  # a byte per count; a simulation file may write numbers beyond a byte

BUCKETS = 1_000_000
GROUPS = 1_000  # readers draw from this many buckets, so that twenty readers of a small site share each
HISTORY_DAYS = 91
HISTORY_WEEKS = 53  # this week and the 52 before it
MAX_TOPICS = 16
MAX_TOPIC_WEEKS = 38
MAX_PAGES_PER_WEEK = 50
MAX_RECENT_IDS = 15
MAX_PROMPT_RECORDS = 15
MAX_SEEN_PER_CAMPAIGN = 30
MAX_SEEN = 44
MAX_POOLS = 4
MAX_FREE_READS = 31  # over all pools
COUNT_LIMIT = 255  # counts of a day, of a week, of dismissals and of contributions stop here
SEEN_LIMIT = 65_535  # the count of impressions of a campaign stops here


class RecurringState(StrEnum):
    NONE = "none"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"


class TopicHistory(NamedTuple):
    """Articles read on a topic, per local week with at least one, newest first. `topic`: fingerprint of its name."""

    topic: bytes
    weeks: tuple[int, ...]
    counts: tuple[int, ...]


class History(NamedTuple):
    """The articles a reader read. `days[n]`: count n days before `day`. `weeks[n]`: n weeks before the week of `day`.

    `pages`: salted fingerprints of this week's pages, two bytes each. `view_count`: page views of every type, ever.
    """

    day: int = 0
    days: Counts = b""
    weeks: Counts = b""
    topics: Sequence[TopicHistory] = ()
    pages: bytes = b""
    view_count: int = 0


class PromptRecord(NamedTuple):
    """A reader's record of a campaign's prompts. `seen_at`: the latest impressions, oldest first."""

    campaign: int
    seen_count: int = 0
    seen_at: tuple[int, ...] = ()
    dismissed_count: int = 0
    dismissed_at: int = 0
    contributed_count: int = 0
    variant: int = 0  # fingerprint of the variant first seen as part of its experiment; 0 = none


class FreeRead(NamedTuple):
    """A free article spent from a meter. Until `expires_at` it counts as spent and can be read again."""

    page: int
    expires_at: int


class PoolUse(NamedTuple):
    """The free articles spent from a meter pool, oldest first.

    `older_used`: the number of reads kept only as a count; they all expire at `older_expires_at`.
    """

    pool: int
    reads: tuple[FreeRead, ...] = ()
    older_used: int = 0
    older_expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Support:
    """How the reader supports the site. Instants of 0 mean never.

    For the recurring contribution: `recurring_at`: when it began; `past_due_at`: when its payments began to fail;
    `paid_until`: the end of what is paid, if it was cancelled; `ended_at`: when it ended for another reason;
    `recurring_minor` and `recurring_currency`: the amount of each payment, 0 and "" if it is not known.
    `one_off_at`: the latest one-off contribution that was not refunded. `checkout_at`: the start of a checkout that is
    not finished.
    """

    recurring: RecurringState = RecurringState.NONE
    recurring_interval: Interval = Interval.MONTH
    recurring_at: int = 0
    past_due_at: int = 0
    paid_until: int = 0
    ended_at: int = 0
    one_off_at: int = 0
    checkout_at: int = 0
    checkout_interval: Interval = Interval.ONE_OFF
    recurring_minor: int = 0
    recurring_currency: str = ""


NO_SUPPORT = Support()


class CountingChoice(NamedTuple):
    """The reader's last choice whether articles count. `chosen_at`: an even number of seconds; 0 = never chosen."""

    is_stopped: bool = False
    chosen_at: int = 0


UNCHOSEN = CountingChoice()


class Reader(NamedTuple):
    """A reader's history, as a passport or the row of a signed-in reader holds it.

    `bucket`: 0..999,999, one of 1,000 that readers draw, so that many share it; None if the consent does not cover it.
    `recent`: salted fingerprints of the latest view and event ids, three bytes each. `link`: fingerprint of the
    signed-in reader whose row this passport copies; 0 = not a copy.
    """

    bucket: int | None
    salt: int
    first_seen_at: int
    history: History = History()
    prompts: Sequence[PromptRecord] = ()
    pools: Sequence[PoolUse] = ()
    support: Support = NO_SUPPORT
    recent: bytes = b""
    link: int = 0
    counting: CountingChoice = UNCHOSEN

    def prompt_record(self, campaign: int) -> PromptRecord:
        """Return the record of a campaign's prompts, or an empty record if there is none."""
        for record in self.prompts:
            if record.campaign == campaign:
                return record
        return PromptRecord(campaign)


def bucket_of(chance: int) -> int:
    """Return the bucket for a random number: one of 1,000, spread evenly over the range of buckets."""
    return chance % GROUPS * (BUCKETS // GROUPS)


def new_reader(instant: int, bucket: int | None, salt: int, day: int = 0) -> Reader:
    """Return a reader without a history. `day`: ordinal of the site's local date, if known."""
    return Reader(bucket, salt, instant, History(day))
