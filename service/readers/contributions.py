"""The contributions of a signed-in reader, stored beside their row, and how they change what a passport says.

The contributions room always writes all contributions of a reader, so order and repetition do not matter. On each page
view they correct what the device's passport says, so that an old copy restores nothing that was refunded or has ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from service.money import Interval
from service.readers.impressions import campaign_fingerprint, record_contribution
from service.readers.reader import Reader, RecurringState, Support

MAX_CONTRIBUTIONS = 20
# A passport records when the reader returned from Stripe, which is some time after the button was pressed.
_RETURN_SECONDS = 2 * 86_400
_RANKS = {
    RecurringState.ACTIVE: 3,
    RecurringState.CANCELLED: 2,
    RecurringState.PAST_DUE: 1,
    RecurringState.NONE: 0,
}


@dataclass(frozen=True, slots=True)
class GivenContribution:
    """A contribution of a signed-in reader. Instants are seconds since 1970; 0 means never.

    `given_at`: when the button was pressed. `is_void`: refunded in full, or the payment never arrived. For a recurring
    contribution: `past_due_at` if payments fail, `paid_until` if it was cancelled, `ended_at` if it has ended;
    `amount_minor` and `currency` of each payment, 0 and "" if it is not known.
    """

    interval: Interval
    given_at: int
    is_void: bool = False
    past_due_at: int = 0
    paid_until: int = 0
    ended_at: int = 0
    campaign: str | None = None
    amount_minor: int = 0
    currency: str = ""

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
        """Return True if an instant in a passport belongs to this contribution."""
        return self.given_at <= stamp <= self.given_at + _RETURN_SECONDS


def with_contributions(
    reader: Reader, known: Sequence[GivenContribution], current: Sequence[GivenContribution]
) -> Reader:
    """Return the reader with their current contributions. A contribution not `known` counts for its campaign."""
    keys = {contribution.key for contribution in known}
    for contribution in current:
        instant = reader.support.one_off_at if contribution.is_one_off else reader.support.recurring_at
        is_new = contribution.key not in keys and not contribution.is_of(instant)
        if contribution.campaign and is_new and not contribution.is_void:
            reader = record_contribution(reader, campaign_fingerprint(contribution.campaign))
    return settled(reader, current)


def settled(reader: Reader, contributions: Sequence[GivenContribution]) -> Reader:
    """Return the reader with a support state that agrees with these contributions.

    Support that they do not explain came from an anonymous contribution, and stays.
    """
    support = reader.support
    one_offs = [contribution for contribution in contributions if contribution.is_one_off]
    support = replace(support, one_off_at=_one_off_at(support.one_off_at, one_offs))
    support = _with_recurring(support, [other for other in contributions if not other.is_one_off])
    given_at = (contribution.given_at for contribution in contributions if not contribution.is_void)
    if support.checkout_at <= max(given_at, default=-_RETURN_SECONDS) + _RETURN_SECONDS:
        support = replace(support, checkout_at=0)
    return reader.with_support(support)


def _one_off_at(instant: int, contributions: Sequence[GivenContribution]) -> int:
    explaining = [contribution for contribution in contributions if contribution.is_of(instant)]
    is_void = bool(explaining) and all(contribution.is_void for contribution in explaining)
    valid = (contribution.given_at for contribution in contributions if not contribution.is_void)
    return max([0 if is_void else instant, *valid])


def _with_recurring(support: Support, contributions: Sequence[GivenContribution]) -> Support:
    """Take the contribution that matters most: active before cancelled, before past due, before ended."""
    valid = [contribution for contribution in contributions if not contribution.is_void]
    is_explained = any(contribution.is_of(support.recurring_at) for contribution in contributions)
    if not is_explained and support.recurring_at > max((given.given_at for given in valid), default=0):
        return support
    if not valid:
        return _without_recurring(support) if is_explained else support
    chosen = max(valid, key=lambda given: (_RANKS[given.recurring], given.paid_until, given.ended_at, given.given_at))
    return replace(
        support,
        recurring=chosen.recurring,
        recurring_interval=chosen.interval,
        recurring_at=support.recurring_at if chosen.is_of(support.recurring_at) else chosen.given_at,
        past_due_at=chosen.past_due_at,
        paid_until=chosen.paid_until,
        ended_at=chosen.ended_at,
        recurring_minor=chosen.amount_minor,
        recurring_currency=chosen.currency,
    )


def _without_recurring(support: Support) -> Support:
    return Support(
        one_off_at=support.one_off_at,
        checkout_at=support.checkout_at,
        checkout_interval=support.checkout_interval,
    )
