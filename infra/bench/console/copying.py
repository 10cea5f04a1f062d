"""Write many rows into the tables of a database with COPY, as their owner."""

from collections import defaultdict
from typing import Any

import psycopg
from psycopg import sql

MOST_ROWS = 20_000  # in memory


class TableWriter:
    """Collects rows by table, and writes them when there are many. Triggers do not run for them."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        connection.execute("SET session_replication_role = replica")

    def add(self, table: str, **row: Any) -> None:
        """Add a row. All rows of a table must name the same columns."""
        rows = self._rows[table]
        rows.append(row)
        if len(rows) == MOST_ROWS:
            self._write(table)

    def finish(self) -> None:
        """Write the rows that are left, and let triggers run again on this connection."""
        for table in list(self._rows):
            self._write(table)
        self._connection.execute("SET session_replication_role = DEFAULT")

    def _write(self, table: str) -> None:
        rows = self._rows.pop(table)
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in rows[0])
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
