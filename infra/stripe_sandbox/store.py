"""The sandbox's records by kind and id: in memory, and also in an SQLite file if there is one."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.stripe_sandbox.errors import NotFoundError

Json = dict[str, Any]


class Store:
    """Records by kind and id. Not safe for threads: callers hold the lock of the sandbox."""

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
        """Store `body`. Kinds that start with an underscore are internal: the API never serves them."""
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
        """Store a Stripe object under its own `object` and `id`."""
        return self.put(body["object"], body["id"], body)

    def get(self, kind: str, record_id: str) -> Json | None:
        """Return the record, or None."""
        return self._records.get(kind, {}).get(record_id)

    def need(self, kind: str, record_id: str, param: str | None = None) -> Json:
        """Return the record, or raise NotFoundError. `param` is the request parameter that held the id."""
        found = self.get(kind, record_id)
        if found is None:
            raise NotFoundError(kind, record_id, param)
        return found

    def find(self, record_id: str) -> Json | None:
        """Return the Stripe object with this id, of any kind, or None."""
        kind = self._kind_of.get(record_id)
        return self.get(kind, record_id) if kind else None

    def delete(self, kind: str, record_id: str) -> None:
        self._records.get(kind, {}).pop(record_id, None)
        self._dirty.add((kind, record_id))

    def all(self, kind: str) -> list[Json]:
        """Return the records of a kind, oldest first."""
        return list(self._records.get(kind, {}).values())

    def where(self, kind: str, **fields: Any) -> Iterator[Json]:
        """Yield the records of a kind whose fields have these values, oldest first."""
        for body in self.all(kind):
            if all(body.get(name) == value for name, value in fields.items()):
                yield body

    def save(self) -> None:
        """Write the changed records to the file in one transaction. Without a file, do nothing."""
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
    file.touch(mode=0o600)
    connection = sqlite3.connect(file, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS record (kind TEXT, id TEXT, position INTEGER, body TEXT, PRIMARY KEY (kind, id))"
    )
    return connection
