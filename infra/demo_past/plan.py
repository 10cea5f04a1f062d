"""The plan of the invented past: who does what at which time. A plan is the same for the same day and hour.

Five weeks before now the first supporters begin, so that their second month falls into the two weeks of the past.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

DAYS = 14
READERS = 420
VISITS_BY_WEEKDAY = (40, 39, 37, 40, 36, 25, 29)  # from Monday
CONTRIBUTIONS_BY_WEEKDAY = (2, 1, 2, 1, 2, 1, 2)
# How likely a visit is in each hour of the day, from midnight. A local paper is read at breakfast, noon and night.
HOURS = (1, 0, 0, 0, 0, 1, 4, 9, 10, 7, 5, 5, 8, 9, 6, 4, 4, 5, 6, 8, 10, 9, 6, 3)
MOST_RECENT = timedelta(minutes=2)
CARD = "4242424242424242"
DISPUTED_CARD = "4000000000000259"
ONE_OFF_AMOUNTS = ("5", "5", "10", "10", "10", "25", "25", "50")
NAMES = (
    "Aoife Brennan", "Pat Conneely", "Mary Byrne", "Tomás Ó Sé", "Grace Okafor", "Declan Joyce", "Siobhán Walsh",
    "Piotr Nowak", "Eimear Duffy", "Colm McHugh", "Fiona Gallagher", "Ronan Keane", "Nuala Mannion", "Ivana Horvat",
    "Peadar Folan", "Bríd Ní Flatharta", "Owen Lyons", "Clíona Hughes", "Marek Kowalski", "Ann Geraghty",
    "Cathal Naughton", "Róisín Moran", "Liam Staunton", "Hannah Quinn", "Fergal Tuohy", "Una Coyne", "Diarmuid Kelly",
    "Sadhbh Ryan", "Joe Heneghan", "Caitríona Burke", "Martin Fahy", "Orla Hession", "Shane Cunniffe",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """A reader opens articles, one after another."""

    at: datetime
    reader: int
    article_count: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """A new reader contributes. `is_asked` False: on the support page, not because a prompt asked."""

    at: datetime
    name: str
    amount: str
    interval: str = "one_off"
    card: str = CARD
    is_asked: bool = True

    @property
    def email(self) -> str:
        return f"{self.name.casefold().replace(' ', '.')}@reader.example"


@dataclass(frozen=True, slots=True)
class CardChange:
    """A supporter's card is replaced by another: a token of the sandbox."""

    at: datetime
    name: str
    card: str


@dataclass(frozen=True, slots=True)
class PartialRefund:
    """Finance refunds a part of a contribution."""

    at: datetime
    name: str
    amount: str


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A supporter ends a monthly contribution."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Silence:
    """An editor pauses all asks of the site for some hours."""

    at: datetime
    hours: int
    reason: str


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """An editor saves a campaign of the folder `campaigns`. `begins` None: it stays a draft."""

    at: datetime
    key: str
    begins: date | None


Act = Visit | Contribution | CardChange | PartialRefund | Cancellation | Silence | NewCampaign


def plan(now: datetime, zone: ZoneInfo) -> list[Act]:
    """Return the acts before `now` in the order of their times."""
    today = now.astimezone(zone).date()
    acts = [*_stories(today, zone), *_days(today, zone)]
    silences = [act for act in acts if isinstance(act, Silence)]
    past = (_unasked_in(silences, act) for act in acts if act.at <= now - MOST_RECENT)
    return sorted(past, key=lambda act: act.at)


def _unasked_in(silences: list[Silence], act: Act) -> Act:
    """Return the act. A contribution that falls into a pause is made without being asked."""
    is_silent = any(silence.at <= act.at < silence.at + timedelta(hours=silence.hours) for silence in silences)
    return replace(act, is_asked=False) if isinstance(act, Contribution) and is_silent else act


def _stories(today: date, zone: ZoneInfo) -> Iterator[Act]:
    """Yield the cases that a newsroom must see: a renewal that fails, a refund, a dispute, a pause and others."""

    def at(days_ago: int, hour: int, minute: int) -> datetime:
        return datetime.combine(today - timedelta(days=days_ago), time(hour, minute), zone)

    names = iter(NAMES)
    fails, renews, also_renews, ends = (next(names) for _ in range(4))
    yield Contribution(at(37, 9, 12), fails, "10", "month", is_asked=False)
    yield Contribution(at(36, 20, 41), renews, "5", "month", is_asked=False)
    yield Contribution(at(35, 8, 3), also_renews, "25", "month", is_asked=False)
    yield Contribution(at(34, 12, 27), ends, "5", "month", is_asked=False)
    yield CardChange(at(11, 14, 2), fails, "pm_card_chargeCustomerFail")  # her bank blocks the card before it renews
    yield CardChange(at(5, 18, 30), fails, "pm_card_visa")
    yield Cancellation(at(8, 21, 15), ends)
    refunded, disputed, yearly = (next(names) for _ in range(3))
    yield Contribution(at(12, 19, 44), refunded, "50")
    yield PartialRefund(at(9, 10, 20), refunded, "25")
    yield Contribution(at(6, 22, 8), disputed, "25", card=DISPUTED_CARD)
    yield Contribution(at(4, 13, 36), yearly, "60", "year")
    yield Silence(at(7, 12, 5), 3, "Accident at the pier")
    friday = today + timedelta(days=(4 - today.weekday()) % 7 or 7)
    yield NewCampaign(at(3, 16, 10), "winter-banner", friday)
    yield NewCampaign(at(1, 11, 25), "members-evening", None)


def _days(today: date, zone: ZoneInfo) -> Iterator[Act]:
    """Yield the visits and contributions of ordinary days, today's included."""
    names = iter(NAMES[7:])
    for days_ago in range(DAYS, -1, -1):
        day = today - timedelta(days=days_ago)
        source = Random(day.toordinal())  # noqa: S311 an invented past, not a secret
        for _ in range(round(VISITS_BY_WEEKDAY[day.weekday()] * source.uniform(0.85, 1.15))):
            reader = int(READERS * source.random() ** 1.6)
            yield Visit(_moment(day, zone, source), reader, source.choice((1, 1, 1, 2, 2, 3)))
        for _ in range(CONTRIBUTIONS_BY_WEEKDAY[day.weekday()]):
            if (name := next(names, None)) is not None:
                yield Contribution(_moment(day, zone, source), name, *_amount(source))


def _moment(day: date, zone: ZoneInfo, source: Random) -> datetime:
    hour = source.choices(range(24), HOURS)[0]
    return datetime.combine(day, time(hour, source.randrange(60), source.randrange(60)), zone)


def _amount(source: Random) -> tuple[str, str]:
    interval = source.choices(("one_off", "month", "year"), (65, 27, 8))[0]
    amounts = {"one_off": ONE_OFF_AMOUNTS, "month": ("5", "5", "10"), "year": ("25", "60")}
    return source.choice(amounts[interval]), interval
