"""Carries counts from memory to the database every few seconds, beside the requests."""

import threading

import structlog
from sqlalchemy import Engine

from service.decisions.tally import Tally
from service.insights.store import flush_counts

FLUSH_SECONDS = 5.0
log = structlog.get_logger()


class Flusher:
    """One thread per process. Where the database is not there, the counts wait for the next turn."""

    def __init__(self, engine: Engine, tally: Tally, seconds: float = FLUSH_SECONDS) -> None:
        self._engine, self._tally, self._seconds = engine, tally, seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._keep_flushing, name="insights", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after a last flush."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def flush(self) -> bool:
        """Carry over what waits. False: the database was not there, and it waits on."""
        counts = self._tally.taken()
        if not counts:
            return True
        try:
            flush_counts(self._engine, counts)
        except Exception as error:  # statistics never disturb the service
            log.warning("counts_not_flushed", error_type=type(error).__name__, waiting=counts.total())
            self._tally.give_back(counts)
            return False
        return True

    def _keep_flushing(self) -> None:
        while not self._stopping.wait(self._seconds):
            self.flush()
        self.flush()
