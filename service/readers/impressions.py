"""A reader's records of prompts: seen, dismissed, contributed. Only prompts that were seen count against a cap."""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from msgspec.structs import replace

from service.readers.fingerprints import SALT_BYTES, fingerprint, followed_by, holds, request_print
from service.readers.packed_records import PromptRecord
from service.readers.reader import (
    MAX_PROMPT_RECORDS,
    MAX_RECENT_IDS,
    MAX_SEEN,
    MAX_SEEN_PER_CAMPAIGN,
    Reader,
)


class PromptEvent(StrEnum):
    """What the widget reports about a prompt."""

    SEEN = "seen"
    DISMISSED = "dismissed"
    CLICKED = "clicked"


@lru_cache(maxsize=4096)
def campaign_fingerprint(key: str) -> int:
    return fingerprint("campaign:" + key)


@lru_cache(maxsize=4096)
def variant_fingerprint(key: str) -> int:
    return fingerprint("variant:" + key, 16)


def arm_fingerprint(variant: str, *, is_counted: bool) -> int:
    """Return the fingerprint of the reader's variant, or 0 if the prompt did not count in its experiment."""
    return variant_fingerprint(variant) if is_counted else 0


def record_event(reader: Reader, event: PromptEvent, campaign: int, variant: int, instant: int) -> Reader:
    """Return the reader after an event. `campaign` and `variant` are fingerprints."""
    record = reader.prompt_record(campaign)
    match event:
        case PromptEvent.SEEN:
            record = _seen(record, variant, instant)
        case PromptEvent.DISMISSED:
            record = replace(record, dismissed_count=record.dismissed_count + 1, dismissed_at=instant)
        case PromptEvent.CLICKED:
            return reader
    return _with_record(reader, record)


def record_contribution(reader: Reader, campaign: int) -> Reader:
    """Return the reader after a contribution made through this campaign."""
    record = reader.prompt_record(campaign)
    return _with_record(reader, replace(record, contributed_count=record.contributed_count + 1))


def _with_record(reader: Reader, record: PromptRecord) -> Reader:
    others = tuple(other for other in reader.prompts if other.campaign != record.campaign)
    return reader.with_prompts(bounded_prompts((*others, record)))


def record_once(reader: Reader, event_id: str) -> Reader | None:
    """Return the reader with this event id recorded, or None if it was recorded before."""
    item = request_print("event:" + event_id, reader.salt.to_bytes(SALT_BYTES, "big"))
    if holds(reader.recent, item):
        return None
    return replace(reader, recent=followed_by(reader.recent, item, MAX_RECENT_IDS))


def bounded_prompts(records: Iterable[PromptRecord]) -> tuple[PromptRecord, ...]:
    """Drop records until the rest fits the bounds of the passport.

    The campaigns with the latest events stay. If there are still too many impressions, the campaign with the most
    loses its oldest first.
    """
    kept = list(records)[-MAX_PROMPT_RECORDS:]
    while sum(len(record.seen_at) for record in kept) > MAX_SEEN:
        longest = max(range(len(kept)), key=lambda index: len(kept[index].seen_at))
        kept[longest] = replace(kept[longest], seen_at=kept[longest].seen_at[1:])
    return tuple(kept)


def _seen(record: PromptRecord, variant: int, instant: int) -> PromptRecord:
    seen_at = tuple(sorted((*record.seen_at, instant)))[-MAX_SEEN_PER_CAMPAIGN:]
    return replace(record, seen_count=record.seen_count + 1, seen_at=seen_at, variant=record.variant or variant)
