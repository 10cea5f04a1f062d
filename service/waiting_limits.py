"""How long anything may wait, and how many may wait at once. All deadlines and permits of the service are here.

A request belongs to a lane. A lane has threads of its own, so a lane whose threads all wait for Stripe or for the
database keeps no other lane waiting. A request that finds its lane full is refused at once. Plain decisions belong to
no lane, because they wait for nothing.

While a lane works on a request, the request's deadline is known to all code below (`within`). Code that waits there,
for PostgreSQL or for Stripe, waits at most the seconds that are left.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

KIB, MIB = 1024, 1024 * 1024

# Reading requests, and sending answers.
BODY_SECONDS = 10.0  # from the headers of a request to the last byte of its body
HELD_BODY_BYTES = 128 * MIB  # bodies in memory at the same time, in a process
STALLED_READER_SECONDS = 60.0  # a download whose reader takes nothing for so long is cut
HEADER_SECONDS = 15.0  # also how long a connection may be idle
CONNECTIONS = 12_288  # open at the same time, in a process; more wait until one ends

# What requests wait for.
DATABASE_CONNECT_SECONDS = 2
DATABASE_POOL_SECONDS = 3
DATABASE_STATEMENT_SECONDS = 30  # the server ends a longer statement
SIGNED_IN_READER_SECONDS = 1.0  # the row of a signed-in reader; a page waits for it
DATABASE_SILENCE_SECONDS = 32.0  # we end it if the server does not
DATABASE_FAILURES = 2  # attempts to connect that failed in a row, after which none is made ...
DATABASE_PAUSE_SECONDS = 1.0  # ... for so long
DATABASE_IDLE_SECONDS = 30  # then PostgreSQL ends a connection that is not used
DATABASE_CONNECTION_SECONDS = 60  # then we replace a connection, so that a server that accepts no new ones is noticed
KEPT_CONNECTIONS = 3  # of the database server, which processes that answer requests leave to commands
DATABASE_CONNECTIONS = 28  # in a process, for all lanes but the inbox; an export takes two
INBOX_CONNECTIONS = 2  # so many threads at a time save events, also those of others
INBOX_SILENCE_SECONDS = 3.0  # the inbox has single statements that take milliseconds
STRIPE_CONNECT_SECONDS = 3.0
STRIPE_READ_SECONDS = 12.0
STRIPE_CALL_SECONDS = STRIPE_CONNECT_SECONDS + STRIPE_READ_SECONDS
STRIPE_FAILURES = 3  # time-outs and lost connections in a row, after which Stripe is not called ...
STRIPE_PAUSE_SECONDS = 10.0  # ... for so long
STRIPE_RETRIES = 2
STRIPE_CALLS = 16  # at the same time, in a process; a call whose deadline passed may go on in its thread
COUNTER_STORE_SECONDS = 0.25  # a store of rate limits that machines share
COUNTER_STORE_FAILURES = 1  # after which each process counts for itself ...
COUNTER_STORE_PAUSE_SECONDS = 5.0  # ... for so long
BACK_OFFICE_START_SECONDS = 10.0  # a request may take so much longer than its lane's deadline, while the process starts
BACK_OFFICE_PAUSE_SECONDS = 1.0  # after it ended by itself, before it is started again
STOP_SECONDS = 45.0  # a server process that must stop has so long for requests in flight, and is then killed
BACK_OFFICE_NICENESS = 10  # of its threads, since decisions go first
EXPORT_NICENESS = 5  # of PostgreSQL's processes that make exports; beside busy programs, 10 would starve them
SESSION_PRIORITY_TRIES = 10  # an export's thread asks Linux so often to lower a session, after its first rows ...
SESSION_PRIORITY_PAUSE_SECONDS = 0.1  # ... and waits so long after each refusal
BACK_OFFICE_STOP_SECONDS = 15.0  # to end what it does when the server stops, and then it is killed
OUTSIDE_CALLS = 4  # calls to publications' own services at the same time, in a process
MAIL_SILENCE_SECONDS = 15.0  # of a mail server
MAIL_SECONDS = 60.0  # a mail, from the connection to its end
SIMULATION_SECONDS = 60.0  # of the process of a simulation ...
SIMULATION_CPU_SECONDS = 20  # ... and its bounds
SIMULATION_MEMORY_BYTES = 512 * MIB
SIMULATION_ANSWER_BYTES = 256 * MIB
EFFECT_TURN_SECONDS = 3.0  # a person who publishes waits so long while the effect of another draft is found


@dataclass(frozen=True, slots=True)
class Lane:
    """Requests that wait for the same things.

    `threads` of them are worked on at once, and `waiting` more may wait for a thread. `seconds` is the deadline of a
    request, its waiting for a thread included. `body_bytes` is the longest body.
    """

    name: str
    threads: int
    seconds: float
    waiting: int = 0
    body_bytes: int = 64 * KIB


MEMORY = Lane("memory", threads=2, seconds=5, waiting=1000)  # answered from memory: probes, the widget's files
READERS = Lane("readers", threads=6, seconds=3, waiting=200)  # events, previews, and decisions that need the database
INBOX = Lane("inbox", threads=8, seconds=20, waiting=CONNECTIONS, body_bytes=MIB)  # Stripe sends thousands at once
STRIPE = Lane("stripe", threads=4, seconds=30)  # a call and a repeat, each at most STRIPE_CALL_SECONDS
EXPORTS = Lane("exports", threads=4, seconds=3600)
SIMULATIONS = Lane("simulations", threads=1, seconds=70, body_bytes=2 * MIB)
PAGES = Lane("pages", threads=4, seconds=15, waiting=50, body_bytes=MIB)  # pages, staff, metrics
# Finance's screens: a refund, a cancellation, a month that is closed, a person who is erased. Each calls Stripe, some
# of them several times, and readers who contribute at the same time keep the threads of their own lane.
FINANCE = Lane("finance", threads=3, seconds=90, waiting=50, body_bytes=MIB)
READER_LANES = (MEMORY, READERS, STRIPE)  # answered in the server's process, beside decisions
BACK_OFFICE_LANES = (INBOX, EXPORTS, SIMULATIONS, PAGES, FINANCE)  # answered in a process of their own

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give the code in the block a deadline, unless it has an earlier one already."""
    token = _ends_at.set(time.monotonic() + seconds_left(seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left(most: float) -> float:
    """Return the seconds until the deadline, at most `most` and at least 0. Without a deadline return `most`."""
    ends_at = _ends_at.get()
    return most if ends_at is None else min(most, max(0.0, ends_at - time.monotonic()))


class Breaker:
    """Refuses calls to a server for a while after several failures in a row. Then one call at a time tries again."""

    def __init__(self, failures: int, pause_seconds: float) -> None:
        self._most_failures, self._pause_seconds = failures, pause_seconds
        self._turn = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def allows_call(self) -> bool:
        """Return whether a call may be made. After a pause only one caller is told so, until its call has ended."""
        with self._turn:
            if self._failures < self._most_failures:
                return True
            if time.monotonic() < self._open_until:
                return False
            self._open_until = time.monotonic() + self._pause_seconds
            return True

    def succeeded(self) -> None:
        """Note that the server answered."""
        with self._turn:
            self._failures = 0

    def failed(self) -> None:
        """Note that the server did not answer."""
        with self._turn:
            self._failures += 1
            self._open_until = time.monotonic() + self._pause_seconds
