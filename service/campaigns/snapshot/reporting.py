"""Says in the database which snapshot this process has, so that the console can tell when a pause is in force."""

import time

import structlog
from sqlalchemy import Engine

from service.campaigns.snapshot.holders_store import save_holder
from service.database.transaction import committed
from service.errors import StoreUnavailableError
from service.ids import new_id

REPORT_SECONDS = 5.0

log = structlog.get_logger()


class Reporter:
    """The reports of one process: at once if its snapshot changed, and else every few seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._holder_id = engine, new_id("prc")
        self._number, self._reported_at = -1, 0.0

    def report(self, number: int) -> None:
        """Report a snapshot by its number. If the database does not take it, the next call tries again."""
        if number == self._number and time.monotonic() - self._reported_at < REPORT_SECONDS:
            return
        try:
            with committed(self._engine) as connection:
                save_holder(connection, self._holder_id, number)
        except StoreUnavailableError as error:
            log.info("snapshot_not_reported", reason=str(error))
            return
        self._number, self._reported_at = number, time.monotonic()
