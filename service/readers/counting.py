"""A reader's own choice whether the articles they read are counted."""

import secrets
from dataclasses import dataclass

from service.readers.history import choosing
from service.readers.impressions import record_once
from service.readers.passport import PassportSealer
from service.readers.passport_cookie import RequestContext, carried_reader
from service.readers.passport_notes import NoteChanges, blank_of, note_of
from service.readers.reader import new_reader
from service.services import Services

_SALT_BITS = 32


@dataclass(frozen=True, slots=True)
class CountingWish:
    """What the reader chose. `passport` None: the passport is in a cookie."""

    site: str
    counts_articles: bool
    passport: str | None = None


def choose_counting(services: Services, context: RequestContext, wish: CountingWish) -> tuple[str, NoteChanges]:
    """Return the passport with the choice, and the note of the choice. A reader without a passport gets one."""
    passports, instant = services.part(PassportSealer), int(services.clock().timestamp())
    if wish.passport is None:
        reader = carried_reader(passports, context, wish.site, instant)
    else:
        reader = passports.open(wish.passport, wish.site, instant)
    reader = reader or new_reader(instant, None, secrets.randbits(_SALT_BITS))
    chosen, addition = (
        choosing(record_once(before, f"counting:{instant}") or before, instant, counts_articles=wish.counts_articles)
        for before in (reader, blank_of(reader))
    )
    note = None if wish.passport is not None else note_of(services.keys, wish.site, addition, instant)
    return passports.seal(chosen, wish.site, instant), NoteChanges(note)
