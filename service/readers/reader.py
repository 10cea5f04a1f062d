"""A reader as the service knows them: counts, instants and fingerprints, never who they are.

Every list has a bound, so that a sealed passport stays under 1.5 KB. Instants are whole seconds since 1970 in UTC; days
are ordinals of the site's local date.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cached_property
from struct import Struct as Layout

from msgspec import Struct
from msgspec.structs import replace

from service.money import Interval
from service.readers.packed_records import (
    PoolUse,
    PromptRecord,
    instant_within,
    packed_pools,
    packed_prompts,
    unpacked_pools,
    unpacked_prompt,
    unpacked_prompts,
)

Counts = bytes | tuple[int, ...]  # a byte per count; a simulation file may write numbers beyond a byte

BUCKETS = 1_000_000
GROUPS = 1_000  # readers draw from this many buckets, so that twenty readers of a small site share each
HISTORY_DAYS = 91
HISTORY_WEEKS = 53  # this week and the 52 before it
MAX_TOPIC_WEEKS = 38  # counts of a topic in a week; if a view adds more, fewer are kept: see `topics.py`
KEPT_TOPICS = 16
KEPT_TOPIC_WEEKS = 30
MAX_PAGES_PER_WEEK = 38
MAX_RECENT_IDS = 15
MAX_PROMPT_RECORDS = 15
MAX_SEEN_PER_CAMPAIGN = 30
MAX_SEEN = 32
MAX_POOLS = 4
MAX_FREE_READS = 31  # over all pools


class RecurringState(StrEnum):
    NONE = "none"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"


class History(Struct, frozen=True, array_like=True, gc=False):
    """The articles a reader read. `days[n]`: count n days before `day`. `weeks[n]`: n weeks before the week of `day`.

    `topics`: counts per topic and week, see `topics.py`. `pages`: salted fingerprints of this week's pages, two bytes
    each. `view_count`: page views of every type, ever.
    """

    day: int = 0
    days: Counts = b""
    weeks: Counts = b""
    topics: bytes = b""
    pages: bytes = b""
    view_count: int = 0


class Support(Struct, frozen=True, array_like=True, gc=False):
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


_SUPPORT = Layout(">BBIIIIIIBQ3s")  # an amount of eight bytes, since a currency may have small units
_STATES, _INTERVALS = tuple(RecurringState), tuple(Interval)


class CountingChoice(Struct, frozen=True, array_like=True, gc=False):
    """The reader's last choice whether articles count. `chosen_at`: an even number of seconds; 0 = never chosen."""

    is_stopped: bool = False
    chosen_at: int = 0


UNCHOSEN = CountingChoice()


class Reader(Struct, frozen=True, array_like=True, dict=True):
    """A reader's history, in the form in which a passport or the row of a signed-in reader holds it.

    `bucket`: 0..999,999, one of 1,000 that readers draw, so that many share it; None if the consent does not cover it.
    `recent`: salted fingerprints of the latest view and event ids, three bytes each. `link`: fingerprint of the
    signed-in reader whose row this passport copies; 0 = not a copy. `packed_prompts`, `packed_pools`: see
    `packed_records.py`. `packed_support`: see `_packed_support`.
    """

    bucket: int | None
    salt: int
    first_seen_at: int
    history: History = History()
    recent: bytes = b""
    link: int = 0
    counting: CountingChoice = UNCHOSEN
    packed_prompts: bytes = b""
    packed_pools: bytes = b""
    packed_support: bytes = b""

    @cached_property
    def support(self) -> Support:
        return _unpacked_support(self.packed_support) if self.packed_support else NO_SUPPORT

    @cached_property
    def prompts(self) -> tuple[PromptRecord, ...]:
        return unpacked_prompts(self.packed_prompts)

    @cached_property
    def pools(self) -> tuple[PoolUse, ...]:
        return unpacked_pools(self.packed_pools)

    def with_support(self, support: Support) -> "Reader":
        return replace(self, packed_support=b"" if support == NO_SUPPORT else _packed_support(support))

    def with_prompts(self, records: Sequence[PromptRecord]) -> "Reader":
        return replace(self, packed_prompts=packed_prompts(records))

    def with_pools(self, pools: Sequence[PoolUse]) -> "Reader":
        return replace(self, packed_pools=packed_pools(pools))

    def prompt_record(self, campaign: int) -> PromptRecord:
        """Return the record of a campaign's prompts, or an empty record if there is none."""
        return unpacked_prompt(self.packed_prompts, campaign)


def _packed_support(support: Support) -> bytes:
    """Return how a reader supports the site as 38 bytes: the fields in order, with numbers for words."""
    instants = (support.recurring_at, support.past_due_at, support.paid_until, support.ended_at)
    return _SUPPORT.pack(
        _STATES.index(support.recurring),
        _INTERVALS.index(support.recurring_interval),
        *map(instant_within, (*instants, support.one_off_at, support.checkout_at)),
        _INTERVALS.index(support.checkout_interval),
        support.recurring_minor,
        support.recurring_currency.encode(),
    )


def _unpacked_support(packed: bytes) -> Support:
    state, interval, *instants, checkout_interval, minor, currency = _SUPPORT.unpack(packed)
    code = currency.rstrip(b"\0").decode()
    fields = (_STATES[state], _INTERVALS[interval], *instants, _INTERVALS[checkout_interval], minor, code)
    return Support(*fields)


def bucket_of(chance: int) -> int:
    """Return the bucket for a random number: one of 1,000, spread evenly over the range of buckets."""
    return chance % GROUPS * (BUCKETS // GROUPS)


def new_reader(instant: int, bucket: int | None, salt: int, day: int = 0) -> Reader:
    """Return a reader without a history. `day`: ordinal of the site's local date, if known."""
    return Reader(bucket, salt, instant, History(day))
