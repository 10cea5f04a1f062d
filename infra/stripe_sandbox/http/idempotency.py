"""Idempotency keys: the first answer to a key is stored, and replayed to later requests with that key."""

import threading
from typing import Any

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json, Store

KEPT_SECONDS = DAY
KEY_CHARACTERS = 255


class Idempotency:
    """Stored answers, kept for a day, and the keys of the requests that are being answered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: set[str] = set()
        self._guard = threading.Lock()

    def hold(self, key: str) -> None:
        """Reserve the key for this request. Raise ApiError (409) if another request holds it."""
        if len(key) > KEY_CHARACTERS:
            raise ApiError("Idempotency keys can have up to 255 characters.", kind="idempotency_error", is_kept=False)
        with self._guard:
            if key in self._held:
                raise ApiError(
                    "Another request with this idempotency key is in progress.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                    is_kept=False,
                )
            self._held.add(key)

    def release(self, key: str) -> None:
        """Let other requests use the key."""
        with self._guard:
            self._held.discard(key)

    def replay(self, key: str, request: Any, now: int) -> Json | None:
        """Return the stored answer, or None. Raise ApiError if it belongs to a request with other parameters."""
        kept = self._store.get("_answer", key)
        if kept is None or kept["at"] + KEPT_SECONDS <= now:
            return None
        if kept["request"] != request:
            raise ApiError(
                f"The idempotency key '{key}' was first used with other parameters. Use another key for this request.",
                kind="idempotency_error",
                is_kept=False,
            )
        return kept

    def keep(self, key: str, request: Any, status: int, body: str, request_id: str, now: int) -> None:  # noqa: PLR0913
        """Store the answer to this key."""
        record = {"request": request, "status": status, "body": body, "request_id": request_id, "at": now}
        self._store.put("_answer", key, record)
