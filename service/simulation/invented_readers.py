"""Invent the readers of a newspaper: what they read in 30 days, where they are, what they allow, how they support it.

All is drawn from a seed, so that two replays meet the same readers. The chances are those of newspapers in general, not
of one site: they show what a change does, and forecast nothing.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

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
MINUTES = (10, 40)  # of the hour; with few of them, rules about the clock are asked for few minutes
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
class _Newspaper:
    """What all readers have in common."""

    named: Named
    pages: tuple[ViewRequest, ...]
    today: int
    zone: ZoneInfo


def invent_readers(
    site: Site, campaigns: Sequence[Campaign], begins_at: datetime, count: int, seed: int
) -> tuple[InventedReader, ...]:
    """Invent readers whose 30 days begin on the day after an instant, with the names that campaigns use.

    Chance starts again for each reader, so that one more name does not change all other readers.
    """
    named, zone = named_by(site, campaigns), ZoneInfo(site.timezone)
    pages = invent_pages(site.key, named, _chance(seed, "pages"))
    newspaper = _Newspaper(named, pages, begins_at.astimezone(zone).toordinal(), zone)
    return tuple(_reader(newspaper, _chance(seed, number), number) for number in range(count))


def _chance(seed: int, part: str | int) -> random.Random:
    return random.Random(f"{seed}:{part}")  # noqa: S311 invented readers, not a secret


def _reader(newspaper: _Newspaper, chance: random.Random, number: int) -> InventedReader:
    views = min(MOST_VIEWS, max(1, round(MEDIAN_VIEWS * chance.lognormvariate(0, SPREAD))))
    past = round(views * chance.random() * MOST_DAYS_BEFORE / DAYS)
    steps = _views(newspaper, chance, number, views)
    closing_share = chance.choice(CLOSING_SHARES)
    closes_at = frozenset(view for view in range(1, views + 1) if chance.random() < closing_share)
    return InventedReader(_start(newspaper, chance, past), steps, closes_at)


def _views(newspaper: _Newspaper, chance: random.Random, number: int, views: int) -> tuple[ViewStep, ...]:
    """Return page views on days and at hours like those of a newspaper, in order."""
    weights = uneven(len(newspaper.pages))
    hours = chance.choices(range(24), HOUR_WEIGHTS, k=views)
    minutes = ((chance.randint(1, DAYS), hour * 60 + chance.choice(MINUTES)) for hour in hours)
    instants = sorted(instant_of(newspaper.today + day, minute, newspaper.zone) for day, minute in minutes)
    pages = chance.choices(newspaper.pages, cum_weights=weights, k=views)
    return tuple(
        ViewStep(as_datetime(instant), page._replace(view_id=f"{number}-{view}"))
        for view, (instant, page) in enumerate(zip(instants, pages, strict=True))
    )


def _start(newspaper: _Newspaper, chance: random.Random, past: int) -> StartReader:
    """Return the reader before the first view, who read `past` articles."""
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
        articles=_articles(newspaper, chance, past),
        supporter=_support(chance, began, _days_before(newspaper, -chance.randint(1, DAYS))),
        abandoned_checkout=OpenCheckout(began) if chance.random() < CHECKOUT_SHARE else None,
    )


def _articles(newspaper: _Newspaper, chance: random.Random, past: int) -> tuple[ArticlesRead, ...]:
    weights = uneven(len(newspaper.pages))
    pages = chance.choices(newspaper.pages, cum_weights=weights, k=past)
    days = (as_datetime(0).fromordinal(newspaper.today - chance.randint(1, MOST_DAYS_BEFORE)).date() for _ in pages)
    return tuple(ArticlesRead(day, 1, tuple(sorted(facts.page.names))) for day, facts in zip(days, pages, strict=True))


def _support(chance: random.Random, began: datetime, paid_until: datetime) -> StartSupport:
    state = chance.choices(STATES, STATE_WEIGHTS)[0]
    return StartSupport(state, began, paid_until, Interval.MONTH, StatedAmount(minor=chance.choice(AMOUNTS_MINOR)))


def _days_before(newspaper: _Newspaper, days: int) -> datetime:
    return as_datetime(instant_of(newspaper.today, 0, newspaper.zone)) - timedelta(days=days)
