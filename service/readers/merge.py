"""One reader on several devices: what a device carries joins what is known of the signed-in reader, counted once.

A passport that was a copy of this reader's row joins by the larger count and the union of times, so joining again
changes nothing. One that never was adds, once: sent again (another tab, a lost answer) it is known by its salt. One
that was another reader's adds nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest

from service.readers import fingerprints
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES, holds, request_print
from service.readers.history import aged, bounded_topics, topic_histories
from service.readers.impressions import bounded_prompts
from service.readers.meter_pools import bounded_pools
from service.readers.reader import (
    COUNT_LIMIT,
    MAX_PAGES_PER_WEEK,
    MAX_RECENT_IDS,
    MAX_SEEN_PER_CAMPAIGN,
    Counts,
    Giving,
    History,
    PoolUse,
    PromptRecord,
    Reader,
    TopicHistory,
)

Combine = Callable[[int, int], int]


def merged(row: Reader | None, passport: Reader, link: int, instant: int) -> Reader:
    """The signed-in reader, given the row (if there is one) and the passport this device carries."""
    if passport.link not in {0, link}:
        return row if row is not None else Reader(None, passport.salt, instant, link=link)
    if row is None:
        return passport._replace(link=link)
    joined = request_print(f"joined:{passport.salt}", b"")
    is_copy = passport.link == link or passport.salt == row.salt or holds(row.recent, joined)
    combine: Combine = max if is_copy else _sum
    adds = combine is _sum and (passport.history.view_count or passport.prompts)
    recent = passport.recent + joined if adds else passport.recent
    return Reader(
        bucket=row.bucket,
        salt=row.salt,
        first_seen_at=min(row.first_seen_at, passport.first_seen_at),
        history=_history(row, passport, combine),
        prompts=_prompts(row.prompts, passport.prompts, combine),
        pools=_pools(row.pools, passport.pools, combine, instant),
        giving=_giving(row.giving, passport.giving),
        recent=fingerprints.joined(row.recent, recent, REQUEST_BYTES, MAX_RECENT_IDS),
        link=link,
    )


def _sum(one: int, other: int) -> int:
    return one + other


def _history(row: Reader, device: Reader, combine: Combine) -> History:
    day = max(row.history.day, device.history.day)
    here, there = aged(row.history, day), aged(device.history, day)
    is_same_salt = row.salt == device.salt  # fingerprints of pages under another salt say nothing here
    theirs = there.pages if is_same_salt else b""
    return History(
        day=day,
        days=_cells(here.days, there.days, combine),
        weeks=_cells(here.weeks, there.weeks, combine),
        topics=_topics(here.topics, there.topics, combine),
        pages=fingerprints.joined(here.pages, theirs, PAGE_BYTES, MAX_PAGES_PER_WEEK),
        view_count=combine(here.view_count, there.view_count),
    )


def _cells(one: Counts, other: Counts, combine: Combine) -> bytes:
    combined = (combine(here, there) for here, there in zip_longest(one, other, fillvalue=0))
    return bytes(min(count, COUNT_LIMIT) for count in combined)


def _topics(one: Sequence[TopicHistory], other: Sequence[TopicHistory], combine: Combine) -> tuple[TopicHistory, ...]:
    counts = _counts(one)
    for key, count in _counts(other).items():
        counts[key] = combine(counts.get(key, 0), count)
    return bounded_topics(topic_histories(counts))


def _counts(topics: Sequence[TopicHistory]) -> dict[tuple[int, int], int]:
    return {(one.topic, week): count for one in topics for week, count in zip(one.weeks, one.counts, strict=True)}


def _prompts(one: Sequence[PromptRecord], other: Sequence[PromptRecord], combine: Combine) -> tuple[PromptRecord, ...]:
    records = {record.campaign: record for record in one}
    for record in other:
        known = records.pop(record.campaign, PromptRecord(record.campaign))
        records[record.campaign] = _prompt(known, record, combine)
    return bounded_prompts(sorted(records.values(), key=_touched_at))


def _touched_at(record: PromptRecord) -> int:
    return max(record.dismissed_at, *record.seen_at, 0)


def _prompt(one: PromptRecord, other: PromptRecord, combine: Combine) -> PromptRecord:
    here, there = Counter(one.seen_at), Counter(other.seen_at)
    seen_at = sorted((here + there if combine is _sum else here | there).elements())
    return PromptRecord(
        campaign=one.campaign,
        seen_count=max(combine(one.seen_count, other.seen_count), len(seen_at)),
        seen_at=tuple(seen_at[-MAX_SEEN_PER_CAMPAIGN:]),
        dismissed_count=combine(one.dismissed_count, other.dismissed_count),
        dismissed_at=max(one.dismissed_at, other.dismissed_at),
        contributed_count=combine(one.contributed_count, other.contributed_count),
        variant=one.variant or other.variant,
    )


def _pools(one: Sequence[PoolUse], other: Sequence[PoolUse], combine: Combine, instant: int) -> tuple[PoolUse, ...]:
    uses = {use.pool: use for use in one}
    for use in other:
        known = uses.get(use.pool, PoolUse(use.pool))
        reads = dict.fromkeys((*known.reads, *use.reads))
        uses[use.pool] = PoolUse(
            pool=use.pool,
            reads=tuple(sorted(reads, key=lambda read: read.expires_at)),
            older_used=combine(known.older_used, use.older_used),
            older_expires_at=max(known.older_expires_at, use.older_expires_at),
        )
    return bounded_pools(tuple(uses.values()), instant)


def _giving(one: Giving, other: Giving) -> Giving:
    """The recurring contribution that changed last, the latest one-off, and no checkout finished since."""
    newer = max(one, other, key=lambda giving: max(giving.recurring_at, giving.past_due_at, giving.ended_at))
    one_off_at = max(one.one_off_at, other.one_off_at)
    started = max(one, other, key=lambda giving: giving.checkout_at)
    is_open = started.checkout_at > max(one_off_at, newer.recurring_at)
    return replace(
        newer,
        one_off_at=one_off_at,
        checkout_at=started.checkout_at if is_open else 0,
        checkout_interval=started.checkout_interval,
    )
