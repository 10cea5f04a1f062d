"""Read the body of a decide request without marshmallow, whose records of what is wrong take most of the time.

A body that is refused here is read again by the Flask route with `DecideSchema`, which says why. A test holds the two
equal. Python's own functions take many values at once, because a step for each value would take longer.
"""

import json
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
_of_page = itemgetter("page_id", "page_type", "is_sensitive", "is_paid_content", "hide_appeals", "access", "placements")
_of_visit = itemgetter("consent", "country", "device", "language", "referrer")
_for_the_route = itemgetter("reader_assertion", "preview")
_NOTHING = (None, None)
_MOST_PLACEMENTS = _FIELDS["placements"].most
_decode = json.JSONDecoder(object_pairs_hook=tuple).raw_decode  # as tuples, objects cannot be mistaken for lists


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
    pairs, end = _decode(text)
    sent = dict(pairs)
    values = _NOT_SENT | sent
    if type(pairs) is not tuple or end != len(text):
        raise RefusedBodyError("not one object")
    if len(sent) != len(pairs) or len(values) != len(_FIELDS):
        raise RefusedBodyError("a name that is written twice, or an unknown field")
    return _view(values)


def _view(values: dict[str, Any]) -> ViewRequest:
    """Return the view request of the values of all fields."""
    site, view_id, section, passport = values["site"], values["view_id"], values["section"], values["passport"]
    page_id, page_type, is_sensitive, is_paid, hides, access, placements = _of_page(values)
    consent, country, device, language, referrer = _of_visit(values)
    if (
        not (type(site) is type(view_id) is str and 0 < len(view_id) <= MAX_ID)
        or not type(is_sensitive) is type(is_paid) is type(hides) is bool
        or not (referrer is None or (type(referrer) is str and len(referrer) <= MAX_REFERRER))
        or not (passport is None or (type(passport) is str and len(passport) <= MAX_TOKEN))
        or _for_the_route(values) != _NOTHING
    ):
        raise RefusedBodyError("a text, a flag, a signed-in reader or a preview")
    topics = _topics(values["tags"], section)
    page = Page.__new__(  # calling the class itself takes twice as long
        Page,
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
    return ViewRequest.__new__(
        ViewRequest,
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
    together = "|".join(topics)
    if together.isascii() and together.isprintable() and len(together) <= MAX_NAME_LENGTH:
        names = tuple(map(str.strip, together.lower().split("|")))
        if len(names) == len(topics) and "" not in names:
            return names
    return tuple(map(_read_name, topics))
