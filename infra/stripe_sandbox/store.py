"""Everything the sandbox remembers: records by kind and id, in memory, written through to SQLite when given a file."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]


class Store:
    """Not safe by itself: the sandbox serialises access with one lock."""

    def __init__(self, file: Path | None = None) -> None:
        self._records: dict[str, dict[str, Json]] = {}
        self._kind_of: dict[str, str] = {}
        self._positions: dict[tuple[str, str], int] = {}
        self._last_position = 0
        self._dirty: set[tuple[str, str]] = set()
        self._connection = _open(file) if file else None
        if self._connection:
            self._load(self._connection)

    def _load(self, connection: sqlite3.Connection) -> None:
        for kind, record_id, position, body in connection.execute(
            "SELECT kind, id, position, body FROM record ORDER BY position"
        ):
            self._records.setdefault(kind, {})[record_id] = json.loads(body)
            self._positions[kind, record_id] = self._last_position = position
            if not kind.startswith("_"):
                self._kind_of[record_id] = kind

    def put(self, kind: str, record_id: str, body: Json) -> Json:
        """Remember `body`; kinds that start with an underscore are the sandbox's own and never served."""
        key = (kind, record_id)
        self._records.setdefault(kind, {})[record_id] = body
        if key not in self._positions:
            self._last_position += 1
            self._positions[key] = self._last_position
        self._dirty.add(key)
        if not kind.startswith("_"):
            self._kind_of[record_id] = kind
        return body

    def add(self, body: Json) -> Json:
        """Remember a Stripe object under its own `object` and `id`."""
        return self.put(body["object"], body["id"], body)

    def get(self, kind: str, record_id: str) -> Json | None:
        return self._records.get(kind, {}).get(record_id)

    def need(self, kind: str, record_id: str) -> Json:
        return self._records[kind][record_id]

    def find(self, record_id: str) -> Json | None:
        """The Stripe object of this id, whatever its kind."""
        kind = self._kind_of.get(record_id)
        return self.get(kind, record_id) if kind else None

    def delete(self, kind: str, record_id: str) -> None:
        self._records.get(kind, {}).pop(record_id, None)
        self._dirty.add((kind, record_id))

    def all(self, kind: str) -> list[Json]:
        """Records of a kind, oldest first."""
        return list(self._records.get(kind, {}).values())

    def where(self, kind: str, **fields: Any) -> Iterator[Json]:
        """Records whose fields have these values, oldest first."""
        for body in self.all(kind):
            if all(body.get(name) == value for name, value in fields.items()):
                yield body

    def save(self) -> None:
        """Write what changed, in one transaction; does nothing in memory."""
        changed, self._dirty = self._dirty, set()
        if self._connection is None or not changed:
            return
        with self._connection:
            for kind, record_id in changed:
                body = self.get(kind, record_id)
                if body is None:
                    self._connection.execute("DELETE FROM record WHERE kind = ? AND id = ?", (kind, record_id))
                else:
                    self._connection.execute(
                        "INSERT INTO record (kind, id, position, body) VALUES (?, ?, ?, ?)"
                        " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
                        (kind, record_id, self._positions[kind, record_id], json.dumps(body)),
                    )

    def close(self) -> None:
        if self._connection:
            self._connection.close()


def _open(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS record (kind TEXT, id TEXT, position INTEGER, body TEXT, PRIMARY KEY (kind, id))"
    )
    return connection
