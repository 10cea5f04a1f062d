"""A request as granian gives it, for tests."""

from dataclasses import dataclass, field
from typing import Any

from service.serving.messages import Fields


@dataclass
class Asked:
    """What RSGI says of a request."""

    headers: Any = field(default_factory=Fields)
    http_version: str = "1.1"
    server: str = "127.0.0.1:8000"
    client: str = "203.0.113.7:4433"
    scheme: str = "http"
    method: str = "POST"
    path: str = "/v1/decide"
    query_string: str = ""
    authority: str | None = None
