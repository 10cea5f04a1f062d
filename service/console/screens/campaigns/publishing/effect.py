"""Finds the effect of drafts for their pages: a replay at a time, and none again for a draft that was replayed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

from service.campaigns.documents import load_campaign, load_site
from service.campaigns.snapshot.snapshot import SiteSnapshot
from service.console.screens.campaigns.editor.opened import Opened
from service.simulation.effect import Effect, effect_of_change, effect_of_draft
from service.simulation.effect_words import effect_in_words
from service.waiting_limits import EFFECT_TURN_SECONDS

KEPT_EFFECTS = 32

_turn = threading.Lock()  # a replay takes all of a processor
_present: set[str] = set()  # the people who wait for their turn, or whose effect is being found
_presence = threading.Lock()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A draft on a site's snapshot, on a day. Two are equal if they are about one snapshot object."""

    identity: int
    is_campaign: bool
    content: str
    today: int
    snapshot: SiteSnapshot = field(compare=False)
    now: datetime = field(compare=False)


def effect_of_opened(snapshot: SiteSnapshot, document: Opened, person_id: str, now: datetime) -> tuple[str, ...] | None:
    """Return sentences about the effect of a draft, or None if it is not this person's turn.

    A person has one turn at a time. Others wait for theirs, but not for long.
    """
    content = json.dumps(document.content, sort_keys=True, default=str)
    today = now.astimezone(snapshot.zone).toordinal()
    with _turn_of(person_id) as is_turn:
        if not is_turn:
            return None
        found = _found(_Asked(id(snapshot), document.is_campaign, content, today, snapshot, now))
    return effect_in_words(found, _names(snapshot, document))


def _names(snapshot: SiteSnapshot, document: Opened) -> dict[str, str]:
    """Return the names of the campaigns by their keys."""
    known = {campaign.key: campaign.name for campaign in snapshot.campaigns}
    return known | ({document.draft.key: document.name} if document.is_campaign else {})


@lru_cache(maxsize=KEPT_EFFECTS)
def _found(asked: _Asked) -> Effect:
    content = json.loads(asked.content)
    if asked.is_campaign:
        return effect_of_draft(asked.snapshot, load_campaign(content), asked.now)
    site = replace(load_site(content), switches=asked.snapshot.site.switches)
    return effect_of_change(asked.snapshot, replace(asked.snapshot, site=site), asked.now)


@contextmanager
def _turn_of(person_id: str) -> Iterator[bool]:
    """Give a person the turn and yield whether they got it."""
    with _presence:
        is_first = person_id not in _present
        _present.add(person_id)
    if not is_first:
        yield False
        return
    has_turn = _turn.acquire(timeout=EFFECT_TURN_SECONDS)
    try:
        yield has_turn
    finally:
        if has_turn:
            _turn.release()
        with _presence:
            _present.discard(person_id)
