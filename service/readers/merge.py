"""Merge the passport of a device into the row of a signed-in reader, so that nothing counts twice.

If the passport is a copy of the row, the larger count and the union of times win, so that merging it again changes
nothing. If it is not yet a copy, its counts are added once; its salt is recorded, in case it is sent again (by another
tab, or after a lost answer). If it is a copy of another reader's row, it adds nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from operator import attrgetter

from msgspec.structs import replace

from service.readers import fingerprints
from service.readers.fingerprints import PAGE_BYTES, REQUEST_BYTES, holds, request_print
from service.readers.history import aged, without_articles
from service.readers.impressions import bounded_prompts
from service.readers.meter_pools import bounded_pools
from service.readers.packed_records import COUNT_LIMIT, PoolUse, PromptRecord
from service.readers.reader import (
    MAX_PAGES_PER_WEEK,
    MAX_RECENT_IDS,
    MAX_SEEN_PER_CAMPAIGN,
    CountingChoice,
    Counts,
    History,
    Reader,
    Support,
)
from service.readers.site_time import week_of
from service.readers.topics import bounded, topic_cells, topic_counts

Combine = Callable[[int, int], int]


def merged(row: Reader | None, passport: Reader, link: int, instant: int) -> Reader:
    """Return the signed-in reader, from the row (if there is one) and the passport of this device.

    `link`: fingerprint of the signed-in reader.
    """
    if passport.link not in {0, link}:
        return row if row is not None else Reader(None, passport.salt, instant, link=link)
    if row is None:
        return replace(passport, link=link)
    joined = request_print(f"joined:{passport.salt}", b"")
    is_copy = passport.link == link or passport.salt == row.salt or holds(row.recent, joined)
    combine: Combine = max if is_copy else _sum
    adds = combine is _sum and (passport.history.view_count or passport.prompts)
    recent = passport.recent + joined if adds else passport.recent
    joined_reader = Reader(
        bucket=passport.bucket if row.bucket is None else row.bucket,
        salt=row.salt,
        first_seen_at=min(row.first_seen_at, passport.first_seen_at),
        history=_history(row, passport, combine),
        recent=fingerprints.joined(row.recent, recent, REQUEST_BYTES, MAX_RECENT_IDS),
        link=link,
        counting=_latest_choice(row, passport),
    )
    joined_reader = joined_reader.with_prompts(_prompts(row.prompts, passport.prompts, combine))
    joined_reader = joined_reader.with_pools(_pools(row.pools, passport.pools, combine, instant))
    joined_reader = joined_reader.with_support(_support(row.support, passport.support))
    return _as_chosen(joined_reader)


def _latest_choice(first: Reader, second: Reader) -> CountingChoice:
    return max(first.counting, second.counting, key=lambda choice: choice.chosen_at)


def _as_chosen(reader: Reader) -> Reader:
    """Return the reader without counts of articles if the reader chose so."""
    return replace(reader, history=without_articles(reader.history)) if reader.counting.is_stopped else reader


def _sum(row: int, device: int) -> int:
    return row + device


def _history(row: Reader, device: Reader, combine: Combine) -> History:
    day = max(row.history.day, device.history.day)
    here, there = aged(row.history, day), aged(device.history, day)
    comparable_pages = there.pages if row.salt == device.salt else b""  # another salt, other fingerprints
    return History(
        day=day,
        days=_cells(here.days, there.days, combine),
        weeks=_cells(here.weeks, there.weeks, combine),
        topics=_topics(here, there, combine),
        pages=fingerprints.joined(here.pages, comparable_pages, PAGE_BYTES, MAX_PAGES_PER_WEEK),
        view_count=combine(here.view_count, there.view_count),
    )


def _cells(row: Counts, device: Counts, combine: Combine) -> bytes:
    combined = (combine(here, there) for here, there in zip_longest(row, device, fillvalue=0))
    return bytes(min(count, COUNT_LIMIT) for count in combined)


def _topics(row: History, device: History, combine: Combine) -> bytes:
    week = week_of(row.day)
    counts = topic_counts(row.topics, week)
    for key, count in topic_counts(device.topics, week).items():
        counts[key] = combine(counts.get(key, 0), count)
    return bounded(topic_cells(counts), week)


def _prompts(row: Sequence[PromptRecord], device: Sequence[PromptRecord], combine: Combine) -> tuple[PromptRecord, ...]:
    records = {record.campaign: record for record in row}
    for record in device:
        known = records.pop(record.campaign, PromptRecord(record.campaign))
        records[record.campaign] = _prompt(known, record, combine)
    return bounded_prompts(sorted(records.values(), key=attrgetter("latest_event_at")))


def _prompt(row: PromptRecord, device: PromptRecord, combine: Combine) -> PromptRecord:
    here, there = Counter(row.seen_at), Counter(device.seen_at)
    seen_at = sorted((here + there if combine is _sum else here | there).elements())
    return PromptRecord(
        campaign=row.campaign,
        seen_count=max(combine(row.seen_count, device.seen_count), len(seen_at)),
        seen_at=tuple(seen_at[-MAX_SEEN_PER_CAMPAIGN:]),
        dismissed_count=combine(row.dismissed_count, device.dismissed_count),
        dismissed_at=max(row.dismissed_at, device.dismissed_at),
        contributed_count=combine(row.contributed_count, device.contributed_count),
        variant=row.variant or device.variant,
    )


def _pools(row: Sequence[PoolUse], device: Sequence[PoolUse], combine: Combine, instant: int) -> tuple[PoolUse, ...]:
    uses = {use.pool: use for use in row}
    for use in device:
        known = uses.get(use.pool, PoolUse(use.pool))
        reads = dict.fromkeys((*known.reads, *use.reads))
        uses[use.pool] = PoolUse(
            pool=use.pool,
            reads=tuple(sorted(reads, key=lambda read: read.expires_at)),
            older_used=combine(known.older_used, use.older_used),
            older_expires_at=max(known.older_expires_at, use.older_expires_at),
        )
    return bounded_pools(tuple(uses.values()), instant)


def _support(row: Support, device: Support) -> Support:
    """Take the recurring contribution that changed last, the latest one-off, and a checkout that is still open."""
    newer = max(row, device, key=lambda support: max(support.recurring_at, support.past_due_at, support.ended_at))
    one_off_at = max(row.one_off_at, device.one_off_at)
    started = max(row, device, key=lambda support: support.checkout_at)
    is_open = started.checkout_at > max(one_off_at, newer.recurring_at)
    return replace(
        newer,
        one_off_at=one_off_at,
        checkout_at=started.checkout_at if is_open else 0,
        checkout_interval=started.checkout_interval,
    )
