"""Keeps the snapshot in memory up to date: polls for changes, reloads, and keeps the last good snapshot on failure."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Engine

from service.campaigns.snapshot.assemble import Parsed, assemble
from service.campaigns.snapshot.saved import SavedSnapshot
from service.campaigns.snapshot.snapshot import EMPTY_SNAPSHOT, Snapshot
from service.campaigns.snapshot.store import StoredCampaigns, read_all, read_number
from service.clock import Clock
from service.errors import DomainError
from service.logs import Seldom

POLL_SECONDS = 1.0  # docs promise that a change is in force within 5 seconds on every process
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Upkeep:
    """How a snapshot is kept up to date.

    - `revive`: called in the thread after a failed reload. It may start the database again.
    - `confirmed`: called with the Unix time and the number of alarms whenever the snapshot is that of the database.
    - `report`: called in the thread with the snapshot's number whenever the snapshot is that of the database.
    - `saved`: where the snapshot is kept for a start without the database.
    """

    poll_seconds: float = POLL_SECONDS
    revive: Callable[[], None] = lambda: None
    confirmed: Callable[[float, int], None] = lambda _, __: None
    report: Callable[[int], None] = lambda _: None
    saved: SavedSnapshot | None = None


class SnapshotHolder:
    """The snapshot of this process. Reading it takes no lock, because a reload replaces the whole snapshot."""

    def __init__(self, engine: Engine, clock: Clock, upkeep: Upkeep | None = None) -> None:
        """Load nothing yet."""
        self._engine, self._clock, self._upkeep = engine, clock, upkeep or Upkeep()
        self._is_from_file = False
        self._snapshot = EMPTY_SNAPSHOT
        self._confirmed_at: datetime | None = None
        self._stored: StoredCampaigns | None = None
        self._parsed: Parsed = {}
        self._seldom = Seldom()
        self._turn = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def current(self) -> Snapshot:
        """Return the snapshot in memory. It is empty before the first load."""
        return self._snapshot

    @property
    def is_loaded(self) -> bool:
        return self._confirmed_at is not None

    def age_seconds(self, now: datetime) -> float:
        """Return the seconds since the snapshot last matched the database; infinite before the first load."""
        return float("inf") if self._confirmed_at is None else max(0.0, (now - self._confirmed_at).total_seconds())

    def refresh(self) -> bool:
        """Reload the snapshot if something has changed. Return False, and keep the snapshot, if the reload fails."""
        with self._turn:
            now = self._clock()
            try:
                if self._is_stale(now):
                    self._stored = read_all(self._engine, now)
                    self._replace(assemble(self._stored, self._parsed))
                    self._is_from_file = False
                    if self._upkeep.saved:
                        self._upkeep.saved.save(self._stored, now)
            except Exception as error:  # decisions continue with the last good snapshot, whatever is wrong
                self._log_failure(error, now)
                self._end_pauses(now)
                return False
            self._confirm(now)
            if self._upkeep.saved:
                self._upkeep.saved.confirm(now)
            return True

    def _confirm(self, at: datetime) -> None:
        self._confirmed_at = at
        self._upkeep.confirmed(at.timestamp(), len(self._snapshot.alarms))

    def _load_file(self) -> None:
        found = self._upkeep.saved.load() if self._upkeep.saved else None
        if found is None:
            return
        with self._turn:
            self._stored = found[0]
            self._replace(assemble(self._stored, self._parsed))
            self._parsed.clear()  # the database may have other content under equal numbers
            self._is_from_file = True
            self._confirm(found[1])
            self._end_pauses(self._clock())
        log.warning("campaigns_from_file", age=self.age_seconds(self._clock()))

    def _end_pauses(self, now: datetime) -> None:
        """End the pauses whose time has come, without the database."""
        paused = {} if self._stored is None else self._stored.paused
        kept = {switch: pause for switch, pause in paused.items() if not pause.is_over(now)}
        if self._stored is not None and len(kept) < len(paused):
            self._stored = replace(self._stored, paused=kept)
            self._replace(assemble(self._stored, self._parsed))

    def _log_failure(self, error: Exception, now: datetime) -> None:
        reason = str(error) if isinstance(error, DomainError) else None
        if self._seldom.is_due(type(error), reason):
            kind = type(error).__name__
            log.warning("campaigns_not_refreshed", error_type=kind, reason=reason, age=self.age_seconds(now))

    def start(self) -> None:
        """Load the snapshot, from the file if the database is away, and keep it up to date in a thread until `stop`."""
        if not self.refresh() and not self.is_loaded:
            self._load_file()
        self._thread = threading.Thread(target=self._refresh_regularly, name="campaigns", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread. The snapshot stays in memory."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _refresh_regularly(self) -> None:
        while not self._stopping.wait(self._upkeep.poll_seconds):
            if self.refresh():
                self._upkeep.report(self._snapshot.number)
            else:
                try:
                    self._upkeep.revive()
                except Exception as error:  # nothing may stop the thread
                    log.warning("database_not_revived", error_type=type(error).__name__)

    def _is_stale(self, now: datetime) -> bool:
        due_at = self._snapshot.next_change_at
        is_due = due_at is not None and due_at <= now
        return not self.is_loaded or self._is_from_file or is_due or read_number(self._engine) != self._snapshot.number

    def _replace(self, snapshot: Snapshot) -> None:
        for alarm in set(snapshot.alarms) - set(self._snapshot.alarms):
            log.error("campaign_dropped", alarm=alarm)
        self._snapshot = snapshot
        log.info("campaigns_loaded", number=snapshot.number, sites=len(snapshot.sites), alarms=len(snapshot.alarms))
