"""Invent two years of contributions: uneven by day, hour, site and campaign, with renewals, failures and refunds."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate

from service.money import Interval

DAYS = 730
SITES, SITE_WEIGHTS = ("courier", "harbour", "gazette"), (76, 18, 6)
CURRENCIES, CURRENCY_WEIGHTS = ("EUR", "GBP", "USD"), (78, 13, 9)
INTERVALS, INTERVAL_WEIGHTS = (Interval.ONE_OFF, Interval.MONTH, Interval.YEAR), (83, 13, 4)
AMOUNTS, AMOUNT_WEIGHTS = (300, 500, 1000, 1500, 2500, 5000, 10_000, 25_000), (8, 24, 30, 9, 15, 9, 4, 1)
WEEKDAY_WEIGHTS = (11, 12, 12, 12, 10, 7, 8)
HOUR_WEIGHTS = (1, 1, 0, 0, 0, 1, 3, 7, 9, 7, 5, 5, 7, 6, 5, 5, 5, 6, 7, 8, 9, 8, 5, 3)
DRIVE_DAYS, DRIVE_EVERY, DRIVE_TIMES = 10, 182, 6  # a fundraising drive: so many days, in which six times as many give
LEFT_SHARE = 0.04  # the contributor left the payment page
MONTHLY_CHURN, RENEWAL_FAILURES, RECOVERED_SHARE = 0.07, 0.05, 0.6
TRIES = 3  # of a renewal that fails


class Fate(StrEnum):
    """What became of a payment."""

    PAID = "paid"
    REFUNDED = "refunded"
    PARTLY_REFUNDED = "partly_refunded"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    FAILED = "failed"


FATES = (Fate.PAID, Fate.REFUNDED, Fate.PARTLY_REFUNDED, Fate.DISPUTED, Fate.DISPUTE_WON, Fate.DISPUTE_LOST)
FATE_WEIGHTS = (9_800, 120, 40, 1, 15, 24)


@dataclass(frozen=True, slots=True)
class LivedPayment:
    """A payment that was due at an instant. `failures`: how many charges failed before it was paid or given up."""

    due_at: datetime
    fate: Fate
    failures: int = 0


@dataclass(frozen=True, slots=True)
class LivedContribution:
    """A contribution. Without payments, the contributor left the payment page. `ended_at`: of a recurring one."""

    number: int
    site: str
    campaign: int
    interval: Interval
    currency: str
    amount_minor: int
    contributor: int
    payments: tuple[LivedPayment, ...]
    begun_at: datetime
    ended_at: datetime | None = None


def contributions(count: int, campaign_count: int, now: datetime, seed: int = 1) -> Iterator[LivedContribution]:
    """Yield contributions of the two years before `now`, in no order."""
    chance = random.Random(seed)
    days = tuple(accumulate(_day_weight(now - timedelta(days=DAYS - day), day) for day in range(DAYS)))
    campaigns = tuple(accumulate(1 / (rank + 1) for rank in range(campaign_count)))
    for number in range(count):
        yield _contribution(number, chance, (days, campaigns), now)


def _day_weight(day: datetime, number: int) -> float:
    drive = DRIVE_TIMES if number % DRIVE_EVERY < DRIVE_DAYS else 1
    return WEEKDAY_WEIGHTS[day.weekday()] * drive * (1 + number / DAYS)  # twice as many at the end as at the beginning


def _contribution(
    number: int, chance: random.Random, weights: tuple[Sequence[float], Sequence[float]], now: datetime
) -> LivedContribution:
    days, campaigns = weights
    interval = chance.choices(INTERVALS, INTERVAL_WEIGHTS)[0]
    day = chance.choices(range(DAYS), cum_weights=days)[0]
    hour = chance.choices(range(24), HOUR_WEIGHTS)[0]
    midnight = (now - timedelta(days=DAYS - day)).replace(hour=0, minute=0)
    begun_at = midnight + timedelta(hours=hour, seconds=chance.randrange(3600))
    payments, ended_at = _payments(interval, begun_at, chance, now)
    return LivedContribution(
        number,
        chance.choices(SITES, SITE_WEIGHTS)[0],
        chance.choices(range(len(campaigns)), cum_weights=campaigns)[0],
        interval,
        chance.choices(CURRENCIES, CURRENCY_WEIGHTS)[0],
        chance.choices(AMOUNTS, AMOUNT_WEIGHTS)[0],
        int(chance.triangular(0, 60_000, 0)),
        () if chance.random() < LEFT_SHARE else payments,
        begun_at,
        ended_at,
    )


def _payments(
    interval: Interval, begun_at: datetime, chance: random.Random, now: datetime
) -> tuple[tuple[LivedPayment, ...], datetime | None]:
    """Return the payments until `now`, and when the contribution ended, if it did."""
    payments = [LivedPayment(begun_at, _fate(chance))]
    if interval is Interval.ONE_OFF:
        return tuple(payments), None
    step = timedelta(days=365 if interval is Interval.YEAR else 30, hours=5)
    due_at = begun_at + step
    while due_at < now:
        if chance.random() < MONTHLY_CHURN:
            return tuple(payments), due_at - step / 2
        if chance.random() >= RENEWAL_FAILURES:
            payments.append(LivedPayment(due_at, _fate(chance)))
        elif chance.random() < RECOVERED_SHARE:
            payments.append(LivedPayment(due_at, Fate.PAID, chance.randint(1, TRIES - 1)))
        else:
            payments.append(LivedPayment(due_at, Fate.FAILED, TRIES))
            return tuple(payments), due_at + timedelta(days=TRIES * 3)
        due_at += step
    return tuple(payments), None


def _fate(chance: random.Random) -> Fate:
    return chance.choices(FATES, FATE_WEIGHTS)[0]
