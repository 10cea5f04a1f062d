"""Deadlines, and the breaker of a server that does not answer."""

from itertools import pairwise

import pytest

from service import waiting_limits
from service.waiting_limits import BACK_OFFICE_LANES, READER_LANES, Breaker, seconds_left, within

LANES = READER_LANES + BACK_OFFICE_LANES


class Time:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr("service.waiting_limits.time.monotonic", time)
    return time


def test_without_a_deadline_code_may_wait_as_long_as_it_usually_does() -> None:
    assert seconds_left(12) == 12


def test_a_deadline_shortens_every_wait_below_it(time: Time) -> None:
    with within(10):
        time.now += 4
        assert seconds_left(3) == 3
        assert seconds_left(12) == 6
        time.now += 7
        assert seconds_left(12) == 0


def test_a_later_deadline_within_an_earlier_one_gives_no_more_time(time: Time) -> None:
    with within(2), within(10):
        assert seconds_left(60) == 2
    assert seconds_left(60) == 60


def test_a_breaker_opens_after_failures_in_a_row_and_closes_after_a_success(time: Time) -> None:
    breaker = Breaker(failures=3, pause_seconds=10)
    for _ in range(2):
        breaker.failed()
    breaker.succeeded()
    for _ in range(2):
        breaker.failed()
        assert breaker.allows_call()

    breaker.failed()

    assert not breaker.allows_call()
    time.now += 10
    breaker.succeeded()
    assert breaker.allows_call()


def test_after_the_pause_of_a_breaker_one_caller_tries_again(time: Time) -> None:
    breaker = Breaker(failures=1, pause_seconds=10)
    breaker.failed()
    time.now += 10

    assert [breaker.allows_call(), breaker.allows_call()] == [True, False]

    breaker.failed()
    time.now += 9

    assert not breaker.allows_call()


def test_every_lane_has_threads_a_deadline_and_a_bound() -> None:
    for lane in LANES:
        assert 0 < lane.threads < 10
        assert 0 < lane.seconds <= 3600
        assert 0 < lane.body_bytes <= 2 * waiting_limits.MIB
    assert all(first.name != second.name for first, second in pairwise(sorted(LANES, key=lambda lane: lane.name)))


def test_the_database_has_a_connection_for_every_thread_that_may_need_one() -> None:
    others = [lane for lane in LANES if lane not in {waiting_limits.MEMORY, waiting_limits.INBOX}]
    in_the_background = 2  # campaigns are reloaded, and counts are written

    needed = sum(lane.threads for lane in others) + waiting_limits.EXPORTS.threads + in_the_background
    assert needed <= waiting_limits.DATABASE_CONNECTIONS
