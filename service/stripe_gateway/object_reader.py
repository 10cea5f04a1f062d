"""Read Stripe's objects and lists as plain JSON.

The library would make an object of its own from each answer and from every object in it, which takes about as long as
the request itself. Paths are those of https://docs.stripe.com/api, without `/v1/`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote

import stripe

from service.stripe_gateway.fields import StripeJson, is_set, required_text, rows
from service.stripe_gateway.transport import StripeObjectMissingError, stripe_errors_translated

PAGE_SIZE = 100  # the most that Stripe allows


@dataclass(frozen=True, slots=True)
class ObjectReader:
    """Reads single objects and lists with one client. It keeps nothing between calls."""

    client: stripe.StripeClient

    def resolved(self, path: str, found: Any, expand: tuple[str, ...] = ()) -> StripeJson:
        """Return an object of the list at this path. It is fetched if `found` is only its id."""
        return found if isinstance(found, Mapping) else self.get(path, found, expand)

    def get(self, path: str, object_id: str, expand: tuple[str, ...] = ()) -> StripeJson:
        """Fetch an object of the list at this path."""
        return self._read(f"{path}/{quote(object_id, safe='')}", {"expand": list(expand)} if expand else {})

    def listed(self, path: str, query: Mapping[str, Any]) -> Iterator[StripeJson]:
        """Yield the objects of all pages of a list."""
        asked = {**query, "limit": PAGE_SIZE}
        while True:
            page = self._read(path, asked)
            found = rows(page, "data")
            yield from found
            if not found or not is_set(page, "has_more"):
                return
            asked["starting_after"] = required_text(found[-1], "id")

    def all_of(self, path: str, query: Mapping[str, Any]) -> tuple[StripeJson, ...]:
        """Return a list whole. It is empty if Stripe does not have the object that the query names."""
        try:
            with stripe_errors_translated():
                return tuple(self.listed(path, query))
        except StripeObjectMissingError:
            return ()

    def _read(self, path: str, query: Mapping[str, Any]) -> StripeJson:
        answer = self.client.raw_request("get", f"/v1/{path}", **query)
        return cast("StripeJson", answer.data)
