"""What a signed-in reader gave, and what became of it: written into their row, all their devices know it."""

from dataclasses import dataclass, replace
from datetime import datetime

from service.campaigns.variant import Interval
from service.decisions.prompts import campaign_fingerprint, record_contribution
from service.decisions.reader import Giving, Reader, RecurringState
from service.decisions.supporters import contributed

# The passport of the device it was given on tells when its reader came back, a little after it was given.
_SAME_SECONDS = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Gift:
    """A contribution of a signed-in reader, given when they pressed the button.

    Of a recurring one: `paid_until` once it was cancelled, `ended_at` once it is over.
    """

    site: str
    reader_hash: bytes
    interval: Interval
    given_at: datetime
    campaign: str | None = None
    paid_until: datetime | None = None
    ended_at: datetime | None = None


def with_gift(reader: Reader, gift: Gift) -> Reader:
    """The reader after a contribution, and after what became of it. Telling it again changes nothing."""
    given_at, giving = int(gift.given_at.timestamp()), reader.giving
    known_at = giving.one_off_at if gift.interval is Interval.ONE_OFF else giving.recurring_at
    if known_at < given_at:
        reader = replace(reader, giving=contributed(giving, gift.interval, given_at))
        if gift.campaign is not None:
            reader = record_contribution(reader, campaign_fingerprint(gift.campaign))
    if gift.interval is Interval.ONE_OFF or reader.giving.recurring_at > given_at + _SAME_SECONDS:
        return reader
    return replace(reader, giving=_after_its_end(reader.giving, gift))


def _after_its_end(giving: Giving, gift: Gift) -> Giving:
    if gift.ended_at is not None:
        return replace(giving, recurring=RecurringState.NONE, ended_at=int(gift.ended_at.timestamp()))
    if gift.paid_until is not None:
        return replace(giving, recurring=RecurringState.CANCELLED, paid_until=int(gift.paid_until.timestamp()))
    return giving
