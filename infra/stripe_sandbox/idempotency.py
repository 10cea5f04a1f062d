"""One answer per idempotency key: stored, replayed, refused when the parameters differ or the key is in use."""

import threading
from typing import Any

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.settings import DAY
from infra.stripe_sandbox.store import Json, Store

KEPT_SECONDS = DAY
KEY_CHARACTERS = 255


class Idempotency:
    """Answers kept for a day, and the keys of requests that are being answered."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: set[str] = set()
        self._guard = threading.Lock()

    def hold(self, key: str) -> None:
        if len(key) > KEY_CHARACTERS:
            raise ApiError("Idempotency keys can have up to 255 characters.", kind="idempotency_error", is_kept=False)
        with self._guard:
            if key in self._held:
                raise ApiError(
                    "There is currently another in-progress request using this Idempotent Key.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                    is_kept=False,
                )
            self._held.add(key)

    def release(self, key: str) -> None:
        with self._guard:
            self._held.discard(key)

    def replay(self, key: str, request: Any, now: int) -> Json | None:
        """The kept answer of this key, if any."""
        kept = self._store.get("_answer", key)
        if kept is None or kept["at"] + KEPT_SECONDS <= now:
            return None
        if kept["request"] != request:
            raise ApiError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
                is_kept=False,
            )
        return kept

    def keep(self, key: str, request: Any, status: int, body: str, request_id: str, now: int) -> None:  # noqa: PLR0913
        record = {"request": request, "status": status, "body": body, "request_id": request_id, "at": now}
        self._store.put("_answer", key, record)
