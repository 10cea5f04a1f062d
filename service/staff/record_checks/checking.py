"""Check the chain of the record, and keep the result."""

from datetime import datetime

import structlog
from sqlalchemy import Engine

from service.database.transaction import committed
from service.staff.record import NOTHING_SEEN, SeenRow
from service.staff.record_checks.store import RecordCheck, insert_check, latest_check
from service.staff.record_store import newest_row, verify_chain

log = structlog.get_logger()


def check_record(engine: Engine, now: datetime) -> RecordCheck:
    """Read the whole record, compare it with the last check, store the result and return it.

    A broken chain is logged as an error, `record_broken`.
    """
    with committed(engine) as connection:
        before = latest_check(connection)
        seen = before.seen if before else NOTHING_SEEN
        newest = newest_row(connection)
        broken = verify_chain(connection, seen)
        if broken is None and newest is not None:
            seen = SeenRow(newest.number, newest.hash)
        check = RecordCheck(now, seen, broken.problem if broken else None)
        insert_check(connection, check)
    if check.problem:
        log.error("record_broken", problem=check.problem)
    return check
