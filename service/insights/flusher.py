"""Write the counts in memory to the database every few seconds, in a thread of its own."""

import threading

import structlog
from sqlalchemy import Engine

from service.decisions.tally import Tally
from service.insights.store import flush_counts

FLUSH_SECONDS = 5.0
STOP_SECONDS = 5.0
log = structlog.get_logger()


class Flusher:
    """A thread that flushes this process's tally. If the database is unavailable, counts wait for the next flush."""

    def __init__(self, engine: Engine, tally: Tally, seconds: float = FLUSH_SECONDS) -> None:
        self._engine, self._tally, self._seconds = engine, tally, seconds
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._keep_flushing, name="insights", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Flush once more, and wait until the thread has ended, but not for long if the database hangs."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def flush(self) -> bool:
        """Write all waiting counts. Return False if that failed; the counts then go back to the tally."""
        counts, views, reports = self._tally.taken(), self._tally.taken_views(), self._tally.taken_reports()
        if not counts and not views and not reports:
            return True
        try:
            flush_counts(self._engine, counts, views, reports)
        except Exception as error:  # no error in statistics may stop the thread
            waiting = counts.total() + len(reports)
            log.warning("counts_not_flushed", error_type=type(error).__name__, waiting=waiting)
            self._tally.give_back(counts)
            self._tally.give_back_reports(reports)
            self._tally.give_back_views(views)
            return False
        return True

    def _keep_flushing(self) -> None:
        while not self._stopping.wait(self._seconds):
            self.flush()
        self.flush()
