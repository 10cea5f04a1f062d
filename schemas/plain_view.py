"""Read the body of a decide request without marshmallow, whose records of what is wrong take most of the time.

A body that is refused here is read again by the Flask route with `DecideSchema`, which says why. A test holds the two
equal. Python's own functions take many values at once, because a step for each value would take longer.
"""

import json
import re
from operator import itemgetter
from typing import Any

from schemas.decide import MAX_ID, MAX_REFERRER, MAX_TAGS, MAX_TOKEN, DecideSchema
from schemas.fields import MAX_NAME_LENGTH
from service.decisions.situation import Page
from service.decisions.view import ViewRequest, host_of

_FIELDS: Any = DecideSchema().load_fields
_read_page_id, _read_name, _read_language, _read_country = (
    _FIELDS[name].read for name in ("page_id", "section", "language", "country")
)
_TYPES, _ACCESSES = _FIELDS["page_type"].members, _FIELDS["access"].members
_CONSENTS, _DEVICES = {None: None, **_FIELDS["consent"].members}, {None: None, **_FIELDS["device"].members}
_placement_named = _FIELDS["placements"].inner.members.__getitem__
# Lists as JSON has them, and every other default as the schema loads it: a word of an enum equals its text.
_NOT_SENT: dict[str, Any] = {
    name: [*field.load_default] if isinstance(field.load_default, tuple) else field.load_default
    for name, field in _FIELDS.items()
    if not field.required
}
_values_of = itemgetter(*_FIELDS)
_MOST_PLACEMENTS = _FIELDS["placements"].most
_KINDS = (str, str, bool, bool, bool)  # of site, view_id and the three flags
_NOTHING = [None, None]
_PLAIN_TOPICS = re.compile(rf"[ -~\t]{{0,{MAX_NAME_LENGTH}}}")  # with tabs between them


class RefusedBodyError(ValueError):
    """The schema refuses the body, or may do so."""


def plain_view(raw: bytes) -> ViewRequest:
    """Return the view request of a body. Raise an error, of whatever type, if the Flask route must read the body.

    That is so too for previews, the token of a signed-in reader, escaped surrogates, and white space around the body.
    Any text may be a site: that it does not exist is found when its campaigns are looked up.
    """
    text = raw.decode()
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        raise RefusedBodyError("an escaped surrogate")
    sent, end = _decode(text)
    if end != len(text):
        raise RefusedBodyError("more than one value")
    return _view(_NOT_SENT | sent)


def _view(values: dict[str, Any]) -> ViewRequest:
    """Return the view request of the values of all fields."""
    if len(values) != len(_FIELDS):
        raise RefusedBodyError("an unknown field")
    site, view_id, page_id, page_type, section, tags, is_sensitive, is_paid, hides, *others = _values_of(values)
    access, placements, consent, language, device, referrer, country, passport, *for_the_route = others
    if (
        tuple(map(type, (site, view_id, is_sensitive, is_paid, hides))) != _KINDS
        or for_the_route != _NOTHING
        or not 0 < len(view_id) <= MAX_ID
        or not (referrer is None or (type(referrer) is str and len(referrer) <= MAX_REFERRER))
        or not (passport is None or (type(passport) is str and len(passport) <= MAX_TOKEN))
    ):
        raise RefusedBodyError("a text, a flag, a signed-in reader or a preview")
    topics = _topics(tags, section)
    page = Page(
        _read_page_id(page_id),
        _TYPES[page_type],
        None if section is None else topics[-1],
        frozenset(topics if section is None else topics[:-1]),
        is_sensitive,
        is_paid,
        hides,
        _ACCESSES[access],
        frozenset(map(_placement_named, _listed(placements, _MOST_PLACEMENTS))),
    )
    return ViewRequest(
        site,
        view_id,
        page,
        topics,
        _CONSENTS[consent],
        None if country is None else _read_country(country),
        _DEVICES[device],
        None if language is None else _read_language(language),
        host_of(referrer),
        passport,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise RefusedBodyError("a name that is written twice")
    return values


_decode = json.JSONDecoder(object_pairs_hook=_object).raw_decode


def _listed(value: Any, most: int) -> list[Any]:
    """Return a list, or a single item as a list of one."""
    if type(value) is not list:
        return [value]
    if len(value) > most:
        raise RefusedBodyError("too many items")
    return value


def _topics(tags: Any, section: Any) -> tuple[str, ...]:
    """Return the tags and then the section. A few words in ASCII are read together, as most pages have them."""
    topics = _listed(tags, MAX_TAGS)
    if section is not None:
        topics = [*topics, section]
    together = "\t".join(topics)
    if _PLAIN_TOPICS.fullmatch(together):
        names = tuple(map(str.strip, together.lower().split("\t")))
        if len(names) == len(topics) and "" not in names:
            return names
    return tuple(map(_read_name, topics))
