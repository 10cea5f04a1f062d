"""What one request adds to a reader: a page view, an event of a prompt, a contribution, or a choice.

It is counted into the reader of the request, and, from a note, into a passport of the reader that lacks it.
"""

from msgspec import Struct
from msgspec.structs import replace

from service.readers.contributions import GivenContribution, settled
from service.readers.fingerprints import SALT_BYTES, followed_by, holds, request_print
from service.readers.history import ViewAddition, choosing, with_view
from service.readers.impressions import PromptEvent, record_contribution, record_event
from service.readers.meter_pools import SpentRead, pool_use, with_free_read
from service.readers.reader import MAX_RECENT_IDS, Reader


class EventAddition(Struct, frozen=True, array_like=True, gc=False, tag=1):
    """An event of a prompt. `campaign` and `variant` are fingerprints."""

    request: bytes
    event: PromptEvent
    campaign: int
    variant: int
    instant: int


class ContributionAddition(Struct, frozen=True, array_like=True, gc=False, tag=2):
    """A contribution. `campaign`: fingerprint of the campaign that it counts for; 0 = none."""

    request: bytes
    contribution: GivenContribution
    campaign: int


class ChoiceAddition(Struct, frozen=True, array_like=True, gc=False, tag=3):
    """A choice whether articles count."""

    request: bytes
    counts_articles: bool
    instant: int


# The fingerprint `request` says if a passport holds an addition.
Addition = ViewAddition | EventAddition | ContributionAddition | ChoiceAddition


def event_print(reader: Reader, event_id: str) -> bytes:
    """Return the fingerprint under which a reader's passport remembers an event."""
    return request_print("event:" + event_id, reader.salt.to_bytes(SALT_BYTES, "big"))


def added(reader: Reader, addition: Addition, instant: int, wanted: frozenset[bytes] = frozenset()) -> Reader:
    """Return the reader with an addition, unchanged if the reader has it.

    `instant`: now. `wanted`: topics that a campaign asks about; they are forgotten last.
    """
    if holds(reader.recent, addition.request):
        return reader
    match addition:
        case ViewAddition():
            reader = with_view(reader, addition, wanted)
            return reader if addition.spent is None else _with_spent(reader, addition.spent, instant)
        case EventAddition():
            reader = _with_event(reader, addition, instant)
        case ContributionAddition():
            reader = settled(reader, (addition.contribution,))
            if addition.campaign:
                reader = record_contribution(reader, addition.campaign)
        case ChoiceAddition():
            if _latest(reader.counting.chosen_at, addition.instant, instant) == addition.instant:
                reader = choosing(reader, addition.instant, counts_articles=addition.counts_articles)
    return replace(reader, recent=followed_by(reader.recent, addition.request, MAX_RECENT_IDS))


def _with_event(reader: Reader, addition: EventAddition, instant: int) -> Reader:
    at = addition.instant
    if addition.event is PromptEvent.DISMISSED:
        at = _latest(reader.prompt_record(addition.campaign).dismissed_at, at, instant)
    return record_event(reader, addition.event, addition.campaign, addition.variant, at)


def _latest(known_at: int, added_at: int, instant: int) -> int:
    """Return the later of two instants. A known instant ahead of now is of a wrong clock, and does not count."""
    return known_at if added_at < known_at <= instant else added_at


def _with_spent(reader: Reader, spent: SpentRead, instant: int) -> Reader:
    """Return the reader with a free article spent, unless it is spent already."""
    known = pool_use(reader, spent.pool, instant).reads
    is_known = any(read.page == spent.read.page for read in known)
    return reader if is_known else with_free_read(reader, spent.pool, spent.read, instant)
