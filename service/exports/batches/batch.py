"""A batch of the journal: entries that go to an accounting system together, once."""

from dataclasses import dataclass
from datetime import date, datetime

from service.errors import ConflictError, NotFoundError
from service.exports.request import Granularity, Layout


class NothingNewError(ConflictError):
    """Every entry that the batch would have is in an earlier batch of its layout."""

    code = "nothing_new"


class UnknownBatchError(NotFoundError):
    """There is no batch with this number."""

    code = "unknown_batch"


@dataclass(frozen=True, slots=True)
class BatchOrder:
    """What a new batch is for. `through_on` is the last accounting date that it takes; None takes every entry.

    `currency` None takes every currency.
    """

    layout: Layout
    granularity: Granularity = Granularity.TRANSACTION
    currency: str | None = None
    through_on: date | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it was made. Its file follows from these values, so it is the same forever.

    `as_of` is the point in the books, `mapping_version` the account mapping and `home_currency` the setting at that
    moment. `entry_count` is the number of ledger entries in it.
    """

    number: int
    order: BatchOrder
    as_of: int
    mapping_version: int | None
    home_currency: str | None
    created_by: str
    created_at: datetime
    entry_count: int = 0
