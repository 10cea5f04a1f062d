"""Make a batch: mark everything since the last one, unless its file could not be written."""

from service.database.transaction import committed, connected
from service.errors import ForbiddenError
from service.exports.batches.batch import Batch, BatchOrder, NothingNewError
from service.exports.batches.store import add_batch, find_batch, lock_batches, mark_entries, next_number
from service.exports.exporting import Caller, Exports, batch_file
from service.exports.layouts.mappings import version_in_force
from service.exports.records_store import read_books, wait_for_rest
from service.exports.request import ExportName, ExportRequest, check_meaning


def create_batch(exports: Exports, caller: Caller, order: BatchOrder) -> Batch:
    """Mark every entry that no earlier batch of the layout has, and return the new batch.

    Raise NothingNewError if there is no such entry, and a DomainError if the layout cannot hold the entries; then
    nothing is marked. A second caller waits until the first batch is made.
    """
    if not caller.may_export:
        raise ForbiddenError("batches need a token of role finance")
    request = ExportRequest(
        ExportName.JOURNAL, granularity=order.granularity, layout=order.layout, to_on=order.through_on
    )
    check_meaning(request)
    with connected(exports.engine) as connection:
        wait_for_rest(connection)
    with committed(exports.engine) as connection:
        lock_batches(connection)
        books, now = read_books(connection, None), exports.clock()
        batch = Batch(
            number=next_number(connection),
            order=order,
            as_of=books.as_of,
            mapping_version=version_in_force(connection, order.layout),
            home_currency=exports.settings.home_currency,
            created_by=caller.name,
            created_at=now,
        )
        add_batch(connection, batch)
        mark_entries(connection, batch, books.ledger_seq)
        made = find_batch(connection, batch.number)
        if not made.entry_count:
            raise NothingNewError(f"every entry for {order.layout.value} is in an earlier batch")
        batch_file(connection, exports, made, ExportRequest(ExportName.JOURNAL, batch=batch.number), now)
    return made
