"""What defines a file: columns, sign rule, day filter, SQL and order of its rows."""

from dataclasses import dataclass
from typing import Final

from psycopg import sql

from service.exports.columns import Column
from service.exports.files.portion import PortionKey

# "C" sorts ids by their bytes, so that the order does not depend on the language of the database.
BY_INSTANT: Final = sql.SQL('sort_at, sort_id COLLATE "C"')


@dataclass(frozen=True, slots=True)
class FileDefinition:
    """One CSV file. New columns are only ever added at the end.

    `signs` is the sentence in the manifest that says which sign means what; `dated_by` names the day that the filter
    of days compares. `rows` is the query, with the names of `query_names` in braces; it gives every value under the
    name that its column reads. `order` is an ORDER BY over the rows. `portion_key` is None if the whole file is read at
    once; otherwise `rows` has the condition `in_portion`.
    """

    columns: tuple[Column, ...]
    signs: str
    rows: sql.SQL
    order: sql.SQL
    dated_by: str = "accounting_date"
    portion_key: PortionKey | None = None
