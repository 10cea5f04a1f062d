"""What is known of one reader: counts, times and fingerprints, never who they are.

Every list has a bound (below), so that the whole fits a sealed passport of 1.5 KB. Instants are whole seconds since
1970 in UTC; days are ordinals of the site's local date.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from service.money import Interval

Counts = bytes | tuple[int, ...]  # a byte each; numbers where a written past holds more than a byte does

BUCKETS = 1_000_000
HISTORY_DAYS = 91
HISTORY_WEEKS = 53  # this week and the 52 before it
MAX_TOPICS = 16
MAX_TOPIC_WEEKS = 48
MAX_PAGES_PER_WEEK = 50
MAX_RECENT_IDS = 12
MAX_PROMPT_RECORDS = 15
MAX_SEEN_PER_CAMPAIGN = 30
MAX_SEEN = 44
MAX_POOLS = 4
MAX_FREE_READS = 31  # over all pools
COUNT_LIMIT = 255  # a count of a day, of a week, of dismissals or of contributions stops here
SEEN_LIMIT = 65_535  # and that of impressions of one campaign here


class RecurringState(StrEnum):
    NONE = "none"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"


class TopicHistory(NamedTuple):
    """Articles read on one topic, per local week with any, newest first; the topic is a fingerprint of its name."""

    topic: int
    weeks: tuple[int, ...]
    counts: tuple[int, ...]


class History(NamedTuple):
    """Articles read. `days[n]`: count n days before `day`. `weeks[n]`: count n weeks before the week of `day`.

    `pages`: salted fingerprints of this week's pages, two bytes each. `view_count`: page views of every type, ever.
    """

    day: int = 0
    days: Counts = b""
    weeks: Counts = b""
    topics: Sequence[TopicHistory] = ()
    pages: bytes = b""
    view_count: int = 0


class PromptRecord(NamedTuple):
    """What happened between this reader and one campaign. `seen_at` keeps the latest, oldest first."""

    campaign: int
    seen_count: int = 0
    seen_at: tuple[int, ...] = ()
    dismissed_count: int = 0
    dismissed_at: int = 0
    contributed_count: int = 0
    variant: int = 0  # fingerprint of the variant seen first as part of its experiment; 0 = none


class PromptRecords(Sequence[PromptRecord]):
    """Records that give the record of one campaign, or when prompts were closed, without decoding every record."""

    __slots__ = ()

    @abstractmethod
    def record(self, campaign: int) -> PromptRecord: ...

    @property
    @abstractmethod
    def dismissed_at(self) -> Sequence[int]: ...


class FreeRead(NamedTuple):
    """A free article of a meter: spent until `expires_at`, and free to read again until then."""

    page: int
    expires_at: int


class PoolUse(NamedTuple):
    """Free articles spent from one meter pool, oldest first.

    `older_used` are reads no longer kept one by one; they come back together at `older_expires_at`.
    """

    pool: int
    reads: tuple[FreeRead, ...] = ()
    older_used: int = 0
    older_expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Giving:
    """How the reader supports the site. Instants of 0 mean never.

    `recurring_at`: when the recurring contribution began; `past_due_at`: when its payments began to fail;
    `paid_until`: how far a cancelled one is paid; `ended_at`: when it ended otherwise.
    `one_off_at`: the last one-off contribution not refunded. `checkout_at`: a checkout begun and not finished.
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


NOTHING_GIVEN = Giving()


class Reader(NamedTuple):
    """`bucket` is 0..999,999, shared with other readers by design; None when the consent does not cover one.

    `recent`: salted fingerprints of the latest view and event ids, three bytes each. `link`: fingerprint of the
    signed-in reader this is a copy of; 0 = of nobody.
    """

    bucket: int | None
    salt: int
    first_seen_at: int
    history: History = History()
    prompts: tuple[PromptRecord, ...] | PromptRecords = ()
    pools: Sequence[PoolUse] = ()
    giving: Giving = NOTHING_GIVEN
    recent: bytes = b""
    link: int = 0

    def prompt_record(self, campaign: int) -> PromptRecord:
        if not isinstance(self.prompts, tuple):
            return self.prompts.record(campaign)
        for record in self.prompts:
            if record.campaign == campaign:
                return record
        return PromptRecord(campaign)

    @property
    def dismissed_at(self) -> Sequence[int]:
        """When a prompt of each campaign was last closed; 0 if it was never closed."""
        if not isinstance(self.prompts, tuple):
            return self.prompts.dismissed_at
        return [record.dismissed_at for record in self.prompts]


def new_reader(instant: int, bucket: int | None, salt: int, day: int = 0) -> Reader:
    """Of whom nothing is known yet. `day`: ordinal of the site's local date, where it is at hand."""
    return Reader(bucket, salt, instant, History(day))
