"""What a signed-in reader gave and what became of it, kept beside their row: all their devices know it.

Contributions tell all gifts of a reader each time, so neither order nor repetition matters. What a device carries is
settled by them anew on each page view, so an old copy brings back nothing that was refunded or is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.money import Interval
from service.readers.impressions import campaign_fingerprint, record_contribution
from service.readers.reader import Giving, Reader, RecurringState

MAX_GIFTS = 20
# A passport's stamp is of the moment its reader came back from Stripe, a while after the button was pressed.
_RETURN_SECONDS = 2 * 86_400
_RANKS = {
    RecurringState.ACTIVE: 3,
    RecurringState.CANCELLED: 2,
    RecurringState.PAST_DUE: 1,
    RecurringState.NONE: 0,
}


@dataclass(frozen=True, slots=True)
class GivenContribution:
    """A contribution. Instants as in `reader`: `given_at` is when the button was pressed, 0 means never.

    `is_void`: given back in full, or never arrived. Of a recurring one, as in `Giving`: `past_due_at`, `paid_until`
    once it was cancelled, `ended_at` once it is over.
    """

    interval: Interval
    given_at: int
    is_void: bool = False
    past_due_at: int = 0
    paid_until: int = 0
    ended_at: int = 0
    campaign: str | None = None

    @property
    def key(self) -> tuple[Interval, int]:
        return self.interval, self.given_at

    @property
    def is_one_off(self) -> bool:
        return self.interval is Interval.ONE_OFF

    @property
    def recurring(self) -> RecurringState:
        if self.ended_at:
            return RecurringState.NONE
        if self.paid_until:
            return RecurringState.CANCELLED
        return RecurringState.PAST_DUE if self.past_due_at else RecurringState.ACTIVE

    def is_of(self, stamp: int) -> bool:
        """Whether a stamp in a passport is of this gift."""
        return self.given_at <= stamp <= self.given_at + _RETURN_SECONDS


def with_gifts(reader: Reader, known: Sequence[GivenContribution], told: Sequence[GivenContribution]) -> Reader:
    """The reader once these gifts are told; those not known before count for the campaign that asked."""
    keys = {gift.key for gift in known}
    for gift in told:
        stamp = reader.giving.one_off_at if gift.is_one_off else reader.giving.recurring_at
        if gift.campaign and not gift.is_void and gift.key not in keys and not gift.is_of(stamp):
            reader = record_contribution(reader, campaign_fingerprint(gift.campaign))
    return settled(reader, told)


def settled(reader: Reader, gifts: Sequence[GivenContribution]) -> Reader:
    """The reader whose giving agrees with these gifts. What none of them explains was given anonymously, and stays."""
    giving = reader.giving
    giving = replace(giving, one_off_at=_one_off_at(giving.one_off_at, [each for each in gifts if each.is_one_off]))
    giving = _with_recurring(giving, [each for each in gifts if not each.is_one_off])
    finished = max((each.given_at for each in gifts if not each.is_void), default=-_RETURN_SECONDS) + _RETURN_SECONDS
    if giving.checkout_at <= finished:
        giving = replace(giving, checkout_at=0)
    return reader._replace(giving=giving)


def _one_off_at(stamp: int, gifts: Sequence[GivenContribution]) -> int:
    about = [gift for gift in gifts if gift.is_of(stamp)]
    is_void = bool(about) and all(gift.is_void for gift in about)
    return max([0 if is_void else stamp, *(gift.given_at for gift in gifts if not gift.is_void)])


def _with_recurring(giving: Giving, gifts: Sequence[GivenContribution]) -> Giving:
    """One that runs comes before one that runs out, that before one past due, and last those that are over."""
    standing = [gift for gift in gifts if not gift.is_void]
    is_explained = any(gift.is_of(giving.recurring_at) for gift in gifts)
    if not is_explained and giving.recurring_at > max((gift.given_at for gift in standing), default=0):
        return giving
    if not standing:
        nothing = replace(Giving(), one_off_at=giving.one_off_at, checkout_at=giving.checkout_at)
        return replace(nothing, checkout_interval=giving.checkout_interval) if is_explained else giving
    gift = max(standing, key=lambda each: (_RANKS[each.recurring], each.paid_until, each.ended_at, each.given_at))
    return replace(
        giving,
        recurring=gift.recurring,
        recurring_interval=gift.interval,
        recurring_at=giving.recurring_at if gift.is_of(giving.recurring_at) else gift.given_at,
        past_due_at=gift.past_due_at,
        paid_until=gift.paid_until,
        ended_at=gift.ended_at,
    )
