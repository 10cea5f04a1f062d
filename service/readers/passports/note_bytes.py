"""Encode what a request adds to a reader as the bytes inside a note, and decode these bytes.

The bytes are a head of fixed width, which says the kind and what a passport begins with, and then the addition.
"""

from struct import Struct, error, unpack

from service.money import Interval
from service.readers.additions import Addition, ChoiceAddition, ContributionAddition, EventAddition
from service.readers.contributions import GivenContribution
from service.readers.fingerprints import TOPIC_BYTES
from service.readers.history import ViewAddition
from service.readers.impressions import PromptEvent
from service.readers.meter_pools import SpentRead
from service.readers.reader import FreeRead, History, Reader

_VIEW, _EVENT, _CONTRIBUTION, _CHOICE = range(4)
_EVENTS, _INTERVALS = tuple(PromptEvent), tuple(Interval)
_NO_BUCKET = 0xFFFFFF
_LARGEST = 0xFFFFFFFF

_HEAD = Struct(">III3sI")  # kind and bucket, salt, first seen at, fingerprint of the request, day
_VIEW_HEAD = Struct(">BB")  # bytes of the page, number of topics; then the page, topics, free article
_SPENT = Struct(">IHI")  # pool, page, expires at
_EVENT_BODY = Struct(">BIHI")  # event, campaign, variant, instant
_CONTRIBUTION_BODY = Struct(">BII3sI")  # interval, given at, amount, currency, campaign
_CHOICE_BODY = Struct(">?I")  # whether articles count, instant


class UnreadableNoteError(ValueError):
    """The bytes are not a note."""


def encode_note(reader: Reader, addition: Addition) -> bytes:
    """Return the bytes of an addition. `reader`: the reader whom the request found."""
    day = reader.history.day
    match addition:
        case ViewAddition(_, day, page, topics, spent):
            kind, body = _VIEW, _VIEW_HEAD.pack(len(page), len(topics)) + page + b"".join(topics)
            if spent is not None:
                body += _SPENT.pack(spent.pool, *spent.read)
        case EventAddition(_, event, campaign, variant, instant):
            kind, body = _EVENT, _EVENT_BODY.pack(_EVENTS.index(event), campaign, variant, instant)
        case ContributionAddition(_, given, campaign):
            interval, amount = _INTERVALS.index(given.interval), min(given.amount_minor, _LARGEST)
            numbers = interval, given.given_at, amount, given.currency.encode(), campaign
            kind, body = _CONTRIBUTION, _CONTRIBUTION_BODY.pack(*numbers)
        case ChoiceAddition(_, counts_articles, instant):
            kind, body = _CHOICE, _CHOICE_BODY.pack(counts_articles, instant)
    bucket = _NO_BUCKET if reader.bucket is None else reader.bucket
    return _HEAD.pack(kind << 24 | bucket, reader.salt, reader.first_seen_at, addition.request, day) + body


def decode_note(data: bytes) -> tuple[Reader, Addition]:
    """Return the reader with whom a passport begins that has only this note, and the addition.

    Raise UnreadableNoteError if that fails.
    """
    try:
        first, salt, first_seen_at, request, day = _HEAD.unpack_from(data)
        addition = _addition(first >> 24, request, day, data[_HEAD.size :])
    except (IndexError, ValueError, error) as problem:
        raise UnreadableNoteError("unknown kind, cut short or out of bounds") from problem
    bucket = first & _NO_BUCKET
    return Reader(None if bucket == _NO_BUCKET else bucket, salt, first_seen_at, History(day)), addition


def _addition(kind: int, request: bytes, day: int, body: bytes) -> Addition:
    if kind == _VIEW:
        return _view_addition(request, day, body)
    if kind == _EVENT:
        event, campaign, variant, instant = _EVENT_BODY.unpack(body)
        return EventAddition(request, _EVENTS[event], campaign, variant, instant)
    if kind == _CONTRIBUTION:
        interval, given_at, amount, code, campaign = _CONTRIBUTION_BODY.unpack(body)
        currency = code.rstrip(b"\0").decode()
        given = GivenContribution(_INTERVALS[interval], given_at, amount_minor=amount, currency=currency)
        return ContributionAddition(request, given, campaign)
    if kind == _CHOICE:
        return ChoiceAddition(request, *_CHOICE_BODY.unpack(body))
    raise ValueError("unknown kind")


def _view_addition(request: bytes, day: int, body: bytes) -> ViewAddition:
    page_bytes, count = _VIEW_HEAD.unpack_from(body)
    topics_at = _VIEW_HEAD.size + page_bytes
    end = topics_at + TOPIC_BYTES * count
    topics = unpack(f"{TOPIC_BYTES}s" * count, body[topics_at:end])
    view = ViewAddition(request, day, body[_VIEW_HEAD.size : topics_at], topics)
    if len(body) == end:
        return view
    pool, page, expires_at = _SPENT.unpack(body[end:])
    return view._replace(spent=SpentRead(pool, FreeRead(page, expires_at)))
