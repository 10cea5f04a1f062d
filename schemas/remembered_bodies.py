"""Cache the page facts of decide requests by their body, without view id and passport, so that facts are read once.

A body is cached only after the schema has accepted it, and it is found again only if every other byte is the same.
Neither pattern below can match inside a JSON string, because a quotation mark inside a string follows a backslash. A
body that repeats a name is refused by the schema's reader, so it is never cached.
"""

import re
from collections.abc import Callable

from marshmallow import ValidationError

from schemas.decide import MAX_ID, MAX_TOKEN
from service.decisions.view import ViewFacts, ViewRequest

MAX_BODIES = 4096  # when this many are cached, all are dropped
MAX_BODY_BYTES = 2048
_VIEW_ID = re.compile(rb'"view_id": ?"([\w-]{1,%d})"' % MAX_ID)
_PASSPORT = re.compile(rb'"passport": ?"([\w-]{0,%d})"' % MAX_TOKEN)


class RememberedBodies:
    """A cache of bodies, which `load` reads. `load` raises ValidationError for a body that the schema refuses."""

    def __init__(self, load: Callable[[bytes], ViewRequest]) -> None:
        self._load = load
        self._facts: dict[bytes, ViewFacts] = {}

    def view(self, raw: bytes) -> ViewRequest | None:
        """Return the view request of a body, or None if the schema refuses the body."""
        view_id, passport = _VIEW_ID.search(raw), _PASSPORT.search(raw)
        if view_id is None:
            return self._loaded(raw)
        shared = _without(raw, view_id, passport)
        facts = self._facts.get(shared)
        if facts is not None:
            return ViewRequest(view_id[1].decode(), facts, None if passport is None else passport[1].decode())
        view = self._loaded(raw)
        if view is not None and len(shared) <= MAX_BODY_BYTES and _is_plain(view, view_id, passport):
            self._remember(shared, view.facts)
        return view

    def _loaded(self, raw: bytes) -> ViewRequest | None:
        try:
            return self._load(raw)
        except ValidationError:
            return None

    def _remember(self, shared: bytes, facts: ViewFacts) -> None:
        if len(self._facts) >= MAX_BODIES:
            self._facts.clear()
        self._facts[shared] = facts


def _without(raw: bytes, view_id: re.Match[bytes], passport: re.Match[bytes] | None) -> bytes:
    """Cut both values out of the body and keep their names."""
    start, end = view_id.span(1)
    if passport is None:
        return raw[:start] + raw[end:]
    first, last = passport.span(1)
    if start < first:
        return raw[:start] + raw[end:first] + raw[last:]
    return raw[:first] + raw[last:start] + raw[end:]


def _is_plain(view: ViewRequest, view_id: re.Match[bytes], passport: re.Match[bytes] | None) -> bool:
    """Check that the two values cut out are the only values of the view that are not page facts."""
    text = None if passport is None else passport[1].decode()
    return view == ViewRequest(view_id[1].decode(), view.facts, text)
