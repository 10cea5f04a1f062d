"""Faults that tests ask for: status 429, status 500, a slow answer, an answer lost after the commit."""

import threading
from dataclasses import dataclass
from typing import Any

from infra.stripe_sandbox.errors import ApiError, BadParameterError

KINDS = ("rate_limit", "server_error", "slow", "lost")


@dataclass
class Fault:
    """A fault for the next `times` requests whose method and path prefix match. `seconds` delays a `slow` one."""

    kind: str
    method: str = ""
    path: str = "/v1/"
    times: int = 1
    seconds: float = 1.0

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("", method) and path.startswith(self.path)


class Faults:
    """The faults that wait for a matching request."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self._guard = threading.Lock()

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Add a fault from the body of a request. Raise BadParameterError if its kind is unknown."""
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
        """Return the fault for this request, or None, and count it as used."""
        with self._guard:
            for fault in self.waiting:
                if fault.matches(method, path):
                    fault.times -= 1
                    self.waiting = [waiting for waiting in self.waiting if waiting.times > 0]
                    return fault
        return None


def rate_limited() -> ApiError:
    error = ApiError(
        "Request rate limit exceeded. (A test asked the sandbox for this fault.)",
        status=429,
        code="rate_limit",
        is_kept=False,
    )
    error.headers = {"Stripe-Rate-Limited-Reason": "global-rate"}
    return error


def server_error() -> ApiError:
    return ApiError(
        "An unknown error occurred. (A test asked the sandbox for this fault.)", status=500, kind="api_error"
    )
