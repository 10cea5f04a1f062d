"""Parts of a sandbox under test: a clock that tests move, a webhook inbox, and stripe-python without a socket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from werkzeug.test import Client, TestResponse

from infra.stripe_sandbox import StripeSandbox
from tests.stripe_sandbox.request_oracle import check_form
from tests.stripe_sandbox.type_oracle import check_object

BASE = "http://stripe.test"


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Inbox:
    """The webhook endpoint. It answers every delivery with `status`."""

    status: int = 200
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __call__(self, _url: str, headers: dict[str, str], body: bytes) -> int:
        self.received.append((headers, body))
        return self.status

    @property
    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _headers, body in self.received]

    def events(self, kind: str) -> list[Any]:
        """Return the received events of this type, oldest first."""
        return [event for _headers, body in self.received if (event := json.loads(body))["type"] == kind]


class InProcess(stripe.HTTPClient):
    """A transport for stripe-python that calls the WSGI application. The type oracles check requests and answers."""

    name = "in_process"

    def __init__(self, app: StripeSandbox) -> None:
        super().__init__()
        self._client = Client(app)
        self.problems: list[str] = []
        self.answers: list[TestResponse] = []

    def request(  # type: ignore[override]
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        path = url.removeprefix(BASE)
        given = {name: value for name, value in (headers or {}).items() if name != "Content-Length"}
        answer = self._client.open(path, method=method.upper(), headers=given, data=post_data)
        self.answers.append(answer)
        if answer.status_code == 200:
            route, _, query = path.partition("?")
            self.problems += check_form(method.upper(), route, post_data or query)
            self.problems += check_object(json.loads(answer.data))
        return answer.data, answer.status_code, dict(answer.headers)

    def close(self) -> None:
        """Do nothing: there is no connection."""
