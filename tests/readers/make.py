"""Hypothesis strategies for readers within the bounds of a passport."""

from hypothesis import strategies as st

from service.money import Interval
from service.readers import reader as bounds
from service.readers.packed_records import COUNT_LIMIT, SEEN_LIMIT, FreeRead, PoolUse, PromptRecord
from service.readers.reader import CountingChoice, History, RecurringState, Support
from service.readers.topics import topic_cells
from tests.decisions import make

NOW = make.instant()
DAY_NUMBER = make.time_at().day
WEEK = make.time_at().week

instants = st.integers(0, NOW + 10**8)
counts = st.integers(0, 255)
pages = st.integers(1, 65_535)
prints = st.integers(1, (1 << 24) - 1)
topics = st.binary(min_size=3, max_size=3)


def prints_of(width: int, most: int) -> st.SearchStrategy[bytes]:
    return st.lists(st.binary(min_size=width, max_size=width), max_size=most).map(b"".join)


histories = st.builds(
    History,
    day=st.just(DAY_NUMBER),
    days=st.binary(max_size=bounds.HISTORY_DAYS),
    weeks=st.binary(max_size=bounds.HISTORY_WEEKS),
    topics=st.dictionaries(
        topics, st.dictionaries(st.integers(WEEK - 52, WEEK), counts, min_size=1, max_size=3), max_size=8
    ).map(lambda found: topic_cells({(t, w): c for t, weeks in found.items() for w, c in weeks.items()})),
    pages=prints_of(2, bounds.MAX_PAGES_PER_WEEK),
    view_count=st.integers(0, 10**6),
)
records = st.builds(
    PromptRecord,
    campaign=prints,
    seen_count=st.integers(0, SEEN_LIMIT),
    seen_at=st.lists(instants, max_size=bounds.MAX_SEEN_PER_CAMPAIGN).map(lambda found: tuple(sorted(found))),
    dismissed_count=st.integers(0, COUNT_LIMIT),
    dismissed_at=instants,
    contributed_count=st.integers(0, 100),
    variant=st.integers(0, 65_535),
)
uses = st.builds(
    PoolUse,
    pool=prints,
    reads=st.lists(st.builds(FreeRead, page=pages, expires_at=instants), max_size=bounds.MAX_FREE_READS).map(tuple),
    older_used=st.integers(0, 1000),
    older_expires_at=instants,
)
givings = st.builds(
    Support,
    recurring=st.sampled_from(RecurringState),
    recurring_interval=st.sampled_from(Interval),
    recurring_at=instants,
    past_due_at=instants,
    paid_until=instants,
    ended_at=instants,
    one_off_at=instants,
    checkout_at=instants,
    checkout_interval=st.sampled_from(Interval),
    recurring_minor=st.integers(0, 10**8),
    recurring_currency=st.sampled_from(["", "EUR", "JPY"]),
)
readers = st.builds(
    make.reader,
    bucket=st.none() | st.integers(0, bounds.BUCKETS - 1),
    salt=st.integers(0, (1 << 32) - 1),
    first_seen_at=instants,
    history=histories,
    prompts=st.lists(records, max_size=bounds.MAX_PROMPT_RECORDS).map(tuple),
    pools=st.lists(uses, max_size=bounds.MAX_POOLS).map(tuple),
    support=givings,
    recent=prints_of(3, bounds.MAX_RECENT_IDS),
    link=st.just(0) | prints,
    counting=st.just(bounds.UNCHOSEN)
    | st.builds(CountingChoice, st.booleans(), st.integers(1, NOW // 2).map(lambda half: 2 * half)),
)
