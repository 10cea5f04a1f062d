"""Bodies of decide requests, remembered without what is one view's own, so that the facts of a page are read once.

Nothing is believed that was not read: a body is only remembered after the schema has accepted it, and found again only
when all of it but the id of the view and the passport is the same, byte for byte. In a JSON text neither pattern below
can match inside a string, where a quotation mark would have a backslash before it; and a body with two of either name
is refused by whoever reads it, so it is never remembered.
"""

import re
from collections.abc import Callable

from schemas.decide import MAX_ID, MAX_TOKEN
from service.decisions.view import ViewFacts, ViewRequest

MAX_BODIES = 4096  # remembered at once; then it starts over
MAX_BODY_BYTES = 2048
_VIEW_ID = re.compile(rb'"view_id": ?"([\w-]{1,%d})"' % MAX_ID)
_PASSPORT = re.compile(rb'"passport": ?"([\w-]{0,%d})"' % MAX_TOKEN)


class RememberedBodies:
    """Reads bodies with `load`, which gives None, or raises, for what is not plain."""

    def __init__(self, load: Callable[[bytes], ViewRequest | None]) -> None:
        self._load = load
        self._facts: dict[bytes, ViewFacts] = {}

    def view(self, raw: bytes) -> ViewRequest | None:
        """What `load` gives of the body."""
        view_id, passport = _VIEW_ID.search(raw), _PASSPORT.search(raw)
        if view_id is None:
            return self._load(raw)
        shared = _without(raw, view_id, passport)
        facts = self._facts.get(shared)
        if facts is not None:
            return ViewRequest(view_id[1].decode(), facts, None if passport is None else passport[1].decode())
        view = self._load(raw)
        if view is not None and len(shared) <= MAX_BODY_BYTES and _is_plain(view, view_id, passport):
            self._remember(shared, view.facts)
        return view

    def _remember(self, shared: bytes, facts: ViewFacts) -> None:
        if len(self._facts) >= MAX_BODIES:
            self._facts.clear()
        self._facts[shared] = facts


def _without(raw: bytes, one: re.Match[bytes], other: re.Match[bytes] | None = None) -> bytes:
    """The body without the values found, the names left standing."""
    start, end = one.span(1)
    if other is None:
        return raw[:start] + raw[end:]
    first, last = other.span(1)
    if start < first:
        return raw[:start] + raw[end:first] + raw[last:]
    return raw[:first] + raw[last:start] + raw[end:]


def _is_plain(view: ViewRequest, view_id: re.Match[bytes], passport: re.Match[bytes] | None) -> bool:
    """Whether what was cut out is what the view has of its own."""
    text = None if passport is None else passport[1].decode()
    return view == ViewRequest(view_id[1].decode(), view.facts, text)
