"""A request as granian gives it, for tests."""

from dataclasses import dataclass, field
from typing import Any

from service.serving.messages import Fields


class SentHeaders(Fields):
    """Headers as granian gives them. A name, in lower case, may occur more than once."""

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return the first header of a name."""
        return next(iter(self.get_all(name)), default)

    def get_all(self, name: str) -> list[str]:
        """Return all headers of a name."""
        return [value for found, value in self if found == name]

    def __contains__(self, name: object) -> bool:
        return any(found == name for found, _ in self)


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
