"""Find what a change would do to readers: replay invented readers on the published campaigns, then on the changed ones.

Both replays decide with the code that decides for real readers. Readers begin without having seen a prompt, see every
prompt that they are shown, and close some. They come in batches: a change that many readers of the first batch notice
needs no second one.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.campaigns.campaign import Campaign, Kind
from service.campaigns.frequency import Cap
from service.campaigns.reader_rules import Consent
from service.campaigns.schedule import starts_at
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.readers.site_time import DAY_SECONDS
from service.simulation.invented_lives import Life, compiled_for, lives, published_lives
from service.simulation.invented_readers import InventedReader, invent_readers, newspaper_of
from service.simulation.replay import with_draft
from service.simulation.simulation import StartState

READERS = 200  # at most
BATCH = 100
ENOUGH = 30  # readers who are shown something else; then no further batch is replayed
SEED = 1
_SUPPORTING = frozenset({StartState.RECURRING, StartState.ONE_OFF, StartState.PAST_DUE, StartState.CANCELLED})
GROUPS: tuple[tuple[str, Callable[[InventedReader], bool]], ...] = (
    ("readers of 1 to 3 pages", lambda reader: len(reader.views) < 4),
    ("readers of 4 to 9 pages", lambda reader: 4 <= len(reader.views) < 10),
    ("readers of 10 pages or more", lambda reader: len(reader.views) >= 10),
    ("supporters", lambda reader: reader.start.supporter.state in _SUPPORTING),
    ("readers who allow nothing", lambda reader: reader.start.consent is Consent.NONE),
)


@dataclass(frozen=True, slots=True)
class CampaignEffect:
    """How often a campaign is shown in 1,000 page views, without and with the change."""

    campaign: str
    kind: Kind
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Asks:
    """How often all readers together are asked.

    `per_1000`: asks in 1,000 page views. `gates_per_1000`: gates met in 1,000 page views. `per_reader`: asks of a
    reader in 30 days, on average. `most`: those of the reader who is asked most often. `over_promise_share`: the share
    of readers who are asked more often than the site promises.
    """

    per_1000: float
    gates_per_1000: float
    per_reader: float
    most: int
    over_promise_share: float


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """The shares of a group of readers who are asked more often and less often. `group`: in words, after "of"."""

    group: str
    readers: int
    gaining_share: float
    losing_share: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do to invented readers in the 30 days after `begins_at`, in the site's zone.

    `campaigns`: those that are shown without or with the change, by key. `gaining_share`, `losing_share`: the shares of
    readers who are asked more often and less often, and `groups` has these shares for groups of readers. `promise`: the
    site's limit over all campaigns with the longest window, after the change; None if the site has no such limit.
    """

    begins_at: datetime
    readers: int
    views: int
    before: Asks
    after: Asks
    campaigns: tuple[CampaignEffect, ...]
    gaining_share: float
    losing_share: float
    groups: tuple[GroupEffect, ...]
    promise: Cap | None

    @property
    def changes(self) -> bool:
        """Whether any reader is asked more or less often, or any campaign is shown more or less often."""
        shown = any(campaign.before != campaign.after for campaign in self.campaigns)
        return shown or bool(self.gaining_share or self.losing_share)


@dataclass(frozen=True, slots=True)
class _Lived:
    """Readers, and what they were shown before and after the change."""

    readers: tuple[InventedReader, ...] = ()
    before: tuple[Life, ...] = ()
    after: tuple[Life, ...] = ()

    @property
    def gains(self) -> tuple[int, ...]:
        """How many more asks each reader gets."""
        pairs = zip(self.before, self.after, strict=True)
        return tuple(len(life.asked_at) - len(earlier.asked_at) for earlier, life in pairs)

    @property
    def noticed(self) -> int:
        """How many readers are shown something else."""
        return sum(earlier != life for earlier, life in zip(self.before, self.after, strict=True))


def effect_of_draft(
    published: SiteSnapshot, draft: Campaign, now: datetime, *, readers: int = READERS, seed: int = SEED
) -> Effect:
    """Return what publishing a draft of a campaign would do from now on, or from the draft's start if that is later.

    Raise InvalidDocumentError if the draft names a country group that the site does not define.
    """
    starts = draft.schedule.starts
    begins_at = max(now, starts_at(starts, published.zone)) if starts else now
    return effect_of_change(published, with_draft(published, draft), begins_at, readers=readers, seed=seed)


def effect_of_change(
    before: SiteSnapshot, after: SiteSnapshot, begins_at: datetime, *, readers: int = READERS, seed: int = SEED
) -> Effect:
    """Return what a change of a site or its campaigns would do. A pause of the whole site is ignored.

    `readers`: how many are replayed at most.
    """
    lived = _lived(before, after, begins_at, readers=readers, seed=seed)
    views = sum(len(reader.views) for reader in lived.readers)
    promise = max(after.site.frequency.caps, key=lambda cap: cap.days, default=None)
    gains = lived.gains
    everybody = _group("all readers", gains)
    return Effect(
        begins_at.astimezone(before.zone),
        len(lived.readers),
        views,
        _asks(lived.before, views, promise),
        _asks(lived.after, views, promise),
        _campaigns(lived.before, lived.after, views),
        everybody.gaining_share,
        everybody.losing_share,
        _groups(lived.readers, gains),
        promise,
    )


def _lived(before: SiteSnapshot, after: SiteSnapshot, begins_at: datetime, *, readers: int, seed: int) -> _Lived:
    """Replay batches of readers until enough of them notice the change, or until all were replayed."""
    newspaper = newspaper_of(before.site, (*before.campaigns, *after.campaigns), begins_at, seed)
    changed, lived = compiled_for(after, newspaper.today), _Lived()
    for first in range(0, readers, BATCH):
        numbers = range(first, min(first + BATCH, readers))
        lived = _Lived(
            (*lived.readers, *invent_readers(newspaper, numbers)),
            (*lived.before, *published_lives(before, newspaper, numbers)),
            (*lived.after, *lives(changed, newspaper, numbers)),
        )
        if lived.noticed >= ENOUGH:
            break
    return lived


def _groups(readers: Sequence[InventedReader], gains: Sequence[int]) -> tuple[GroupEffect, ...]:
    """Return the effect on every group of readers that has any."""
    members = {
        name: [gain for reader, gain in zip(readers, gains, strict=True) if isin(reader)] for name, isin in GROUPS
    }
    return tuple(_group(name, found) for name, found in members.items() if found)


def _group(name: str, gains: Sequence[int]) -> GroupEffect:
    """`gains`: how many more asks each reader of the group gets."""
    count = len(gains)
    return GroupEffect(name, count, sum(gain > 0 for gain in gains) / count, sum(gain < 0 for gain in gains) / count)


def _asks(lives: Sequence[Life], views: int, promise: Cap | None) -> Asks:
    asks = sum(len(life.asked_at) for life in lives)
    return Asks(
        1000 * asks / views,
        1000 * sum(_total(lives, Kind.GATE).values()) / views,
        asks / len(lives),
        max(len(life.asked_at) for life in lives),
        sum(_is_over(promise, life.asked_at) for life in lives) / len(lives),
    )


def _is_over(promise: Cap | None, asked_at: Sequence[int]) -> bool:
    """Return whether more asks than promised fall into any window of the promise."""
    if promise is None:
        return False
    window = promise.days * DAY_SECONDS
    later = asked_at[promise.impressions :]
    return any(last - first < window for first, last in zip(asked_at, later, strict=False))


def _campaigns(before: Sequence[Life], after: Sequence[Life], views: int) -> tuple[CampaignEffect, ...]:
    found = []
    for kind in Kind:
        was, would = _total(before, kind), _total(after, kind)
        found += [
            CampaignEffect(key, kind, 1000 * was[key] / views, 1000 * would[key] / views)
            for key in was.keys() | would.keys()
        ]
    return tuple(sorted(found, key=lambda effect: effect.campaign))


def _total(lives: Sequence[Life], kind: Kind) -> Counter[str]:
    """Return how often each campaign of a kind was shown to all readers."""
    total: Counter[str] = Counter()
    for life in lives:
        for (campaign, found), count in life.counts.items():
            total[campaign] += count * (found is kind)
    return +total
