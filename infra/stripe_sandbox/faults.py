"""Answers that go wrong on demand: 429, 500, slow, and an answer lost after the work was committed."""

import threading
from dataclasses import dataclass
from typing import Any

from infra.stripe_sandbox.errors import ApiError, BadParameterError

KINDS = ("rate_limit", "server_error", "slow", "lost")


@dataclass
class Fault:
    """Strikes the next `times` requests whose method and path prefix match; `seconds` is for `slow`."""

    kind: str
    method: str = ""
    path: str = "/v1/"
    times: int = 1
    seconds: float = 1.0

    def strikes(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("", method) and path.startswith(self.path)


class Faults:
    """The faults that wait to strike."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self._guard = threading.Lock()

    def add(self, wanted: dict[str, Any]) -> Fault:
        if wanted.get("kind") not in KINDS:
            raise BadParameterError(f"kind must be one of {', '.join(KINDS)}", "kind")
        fault = Fault(
            kind=str(wanted["kind"]),
            method=str(wanted.get("method", "")).upper(),
            path=str(wanted.get("path", "/v1/")),
            times=int(wanted.get("times", 1)),
            seconds=float(wanted.get("seconds", 1)),
        )
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by one."""
        with self._guard:
            for fault in self.waiting:
                if fault.strikes(method, path):
                    fault.times -= 1
                    self.waiting = [each for each in self.waiting if each.times > 0]
                    return fault
        return None


def rate_limited() -> ApiError:
    error = ApiError(
        "Request rate limit exceeded. (Asked for through the sandbox.)", status=429, code="rate_limit", is_kept=False
    )
    error.headers = {"Stripe-Rate-Limited-Reason": "global-rate"}
    return error


def server_error() -> ApiError:
    return ApiError("An unknown error occurred. (Asked for through the sandbox.)", status=500, kind="api_error")
