"""Invent the readers of a newspaper: what they read in 30 days, where they are, what they allow, how they support it.

All is drawn from a seed, so that two replays meet the same readers. The chances are those of newspapers in general, not
of one site: they show what a change does, and forecast nothing.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from service.campaigns.campaign import Campaign
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.site import Site
from service.decisions.view import ViewRequest
from service.money import Interval
from service.readers.reader import GROUPS, bucket_of
from service.readers.site_time import as_datetime, instant_of
from service.simulation.invented_pages import invent_pages, uneven
from service.simulation.simulation import (
    ArticlesRead,
    OpenCheckout,
    StartReader,
    StartState,
    StartSupport,
    StatedAmount,
    ViewStep,
)
from service.simulation.used_names import Named, named_by

DAYS = 30
MEDIAN_VIEWS, SPREAD, MOST_VIEWS = 4, 1.0, 60  # page views of a reader in 30 days; their logarithm is spread normally
MOST_DAYS_BEFORE = 60
HOUR_WEIGHTS = (1, 1, 0, 0, 0, 1, 3, 7, 9, 7, 5, 5, 7, 6, 5, 5, 5, 6, 7, 8, 9, 8, 5, 3)
MINUTES = (10, 40)  # of the hour
TIMES_OF_DAY = 6  # at which readers read; other ones each day. With few of them, rules about the clock are asked seldom
KEPT_BATCHES = 8  # of readers, in memory
DEVICES, DEVICE_WEIGHTS = (Device.ANDROID, Device.IOS, Device.DESKTOP, Device.TABLET), (38, 25, 32, 5)
CONSENTS, CONSENT_WEIGHTS = (Consent.FULL, Consent.METER, Consent.NONE), (70, 12, 18)
OTHER_COUNTRIES = ("GB", "US", "IE", "DE", "FR", "AU")
STATES = (
    StartState.NONE,
    StartState.RECURRING,
    StartState.ONE_OFF,
    StartState.LAPSED,
    StartState.CANCELLED,
    StartState.PAST_DUE,
)
STATE_WEIGHTS = (82, 8, 5, 3, 1, 1)
AMOUNTS_MINOR = (300, 500, 1000, 1500)
SIGNED_IN_SHARE, VERIFIED_SHARE, STAFF_SHARE, CHECKOUT_SHARE, REFERRED_SHARE = 0.15, 0.9, 0.01, 0.03, 0.5
CLOSING_SHARES = (0.0, 0.05, 0.3)  # a reader closes what is shown never, seldom or often


@dataclass(frozen=True, slots=True)
class InventedReader:
    """A reader's past, and 30 days of page views. `closes_at`: numbers of views, from 1, whose prompts are closed."""

    start: StartReader
    views: tuple[ViewStep, ...]
    closes_at: frozenset[int]


@dataclass(frozen=True, slots=True)
class Newspaper:
    """What all readers have in common. `today`: the ordinal of the day after which their 30 days begin."""

    site: str
    timezone: str
    named: Named
    today: int
    seed: int

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class _Printed:
    """The pages of a newspaper, and at which instants of each day they are read."""

    pages: tuple[ViewRequest, ...]
    instants: tuple[tuple[int, ...], ...]


def newspaper_of(site: Site, campaigns: Sequence[Campaign], begins_at: datetime, seed: int) -> Newspaper:
    """Return the newspaper with the names that campaigns use. Its readers' days begin on the day after an instant."""
    today = begins_at.astimezone(ZoneInfo(site.timezone)).toordinal()
    return Newspaper(site.key, site.timezone, named_by(site, campaigns), today, seed)


@lru_cache(maxsize=KEPT_BATCHES)
def invent_readers(newspaper: Newspaper, numbers: range) -> tuple[InventedReader, ...]:
    """Invent the readers with these numbers.

    Chance starts again for each reader, so that one more name or reader does not change all other readers.
    """
    printed = _printed(newspaper)
    return tuple(_reader(newspaper, printed, number) for number in numbers)


@lru_cache(maxsize=KEPT_BATCHES)
def _printed(newspaper: Newspaper) -> _Printed:
    chance, zone = _chance(newspaper.seed, "times"), newspaper.zone
    instants = []
    for day in range(newspaper.today + 1, newspaper.today + DAYS + 1):
        hours = chance.choices(range(24), HOUR_WEIGHTS, k=TIMES_OF_DAY)
        instants.append(tuple(instant_of(day, hour * 60 + chance.choice(MINUTES), zone) for hour in hours))
    pages = invent_pages(newspaper.site, newspaper.named, _chance(newspaper.seed, "pages"))
    return _Printed(pages, tuple(instants))


def _chance(seed: int, part: str | int) -> random.Random:
    return random.Random(f"{seed}:{part}")  # noqa: S311 invented readers, not a secret


def _reader(newspaper: Newspaper, printed: _Printed, number: int) -> InventedReader:
    chance = _chance(newspaper.seed, number)
    views = min(MOST_VIEWS, max(1, round(MEDIAN_VIEWS * chance.lognormvariate(0, SPREAD))))
    past = round(views * chance.random() * MOST_DAYS_BEFORE / DAYS)
    steps = _views(printed, chance, number, views)
    closing_share = chance.choice(CLOSING_SHARES)
    closes_at = frozenset(view for view in range(1, views + 1) if chance.random() < closing_share)
    articles = _articles(newspaper, printed, chance, past)
    return InventedReader(_start(newspaper, chance, articles), steps, closes_at)


def _views(printed: _Printed, chance: random.Random, number: int, views: int) -> tuple[ViewStep, ...]:
    """Return page views on days and at hours like those of a newspaper, in order."""
    instants = sorted(chance.choice(times) for times in chance.choices(printed.instants, k=views))
    pages = chance.choices(printed.pages, cum_weights=uneven(len(printed.pages)), k=views)
    return tuple(
        ViewStep(as_datetime(instant), replace(page, view_id=f"{number}-{view}"))
        for view, (instant, page) in enumerate(zip(instants, pages, strict=True))
    )


def _start(newspaper: Newspaper, chance: random.Random, articles: tuple[ArticlesRead, ...]) -> StartReader:
    """Return the reader before the first view, who read these articles."""
    named, is_signed_in = newspaper.named, chance.random() < SIGNED_IN_SHARE
    countries = (*named.countries, *(code for code in OTHER_COUNTRIES if code not in named.countries))
    referrers = (*named.referrers, "search.example")
    began = _days_before(newspaper, chance.randint(1, MOST_DAYS_BEFORE))
    return StartReader(
        bucket=bucket_of(chance.randrange(GROUPS)),
        consent=chance.choices(CONSENTS, CONSENT_WEIGHTS)[0],
        is_signed_in=is_signed_in,
        is_verified=chance.random() < VERIFIED_SHARE,
        is_staff=chance.random() < STAFF_SHARE,
        country=chance.choices(countries, cum_weights=uneven(len(countries)))[0],
        device=chance.choices(DEVICES, DEVICE_WEIGHTS)[0],
        language=chance.choices(named.languages, cum_weights=uneven(len(named.languages)))[0],
        referrer=chance.choice(referrers) if chance.random() < REFERRED_SHARE else None,
        audiences=frozenset(name for name in named.audiences if chance.random() < REFERRED_SHARE),
        articles=articles,
        supporter=_support(chance, began, _days_before(newspaper, -chance.randint(1, DAYS))),
        abandoned_checkout=OpenCheckout(began) if chance.random() < CHECKOUT_SHARE else None,
    )


def _articles(newspaper: Newspaper, printed: _Printed, chance: random.Random, past: int) -> tuple[ArticlesRead, ...]:
    pages = chance.choices(printed.pages, cum_weights=uneven(len(printed.pages)), k=past)
    days = (as_datetime(0).fromordinal(newspaper.today - chance.randint(1, MOST_DAYS_BEFORE)).date() for _ in pages)
    return tuple(ArticlesRead(day, 1, tuple(sorted(view.page.names))) for day, view in zip(days, pages, strict=True))


def _support(chance: random.Random, began: datetime, paid_until: datetime) -> StartSupport:
    state = chance.choices(STATES, STATE_WEIGHTS)[0]
    return StartSupport(state, began, paid_until, Interval.MONTH, StatedAmount(minor=chance.choice(AMOUNTS_MINOR)))


def _days_before(newspaper: Newspaper, days: int) -> datetime:
    return as_datetime(instant_of(newspaper.today, 0, newspaper.zone)) - timedelta(days=days)
