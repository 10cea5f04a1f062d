"""Read the body of a decide request in C with msgspec, without marshmallow's records of what is wrong.

A body that is refused here is read again by the Flask route with `DecideSchema`, which says why. A test holds the two
equal. msgspec reads the types and lengths that `_Body` declares; texts that have a form of their own are read by the
fields of the schema.
"""

from functools import lru_cache
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

from schemas.decide import MAX_ID, MAX_REFERRER, MAX_TAGS, MAX_TOKEN, DecideSchema
from service.campaigns.campaign import Placement
from service.campaigns.page_rules import PageAccess, PageType
from service.campaigns.reader_rules import Consent, Device
from service.decisions.situation import Page
from service.decisions.view import ViewRequest, host_of
from service.readers.history import topic_fingerprint

_FIELDS: Any = DecideSchema().load_fields
_read_page_id, _read_language, _read_country = (_FIELDS[name].read for name in ("page_id", "language", "country"))
_Tags = Annotated[tuple[str, ...], Meta(max_length=MAX_TAGS)]
_Placements = Annotated[tuple[Placement, ...], Meta(max_length=_FIELDS["placements"].most)]


class _Body(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A body whose preview and token of a signed-in reader are absent: only the route reads these."""

    site: str
    view_id: Annotated[str, Meta(min_length=1, max_length=MAX_ID)]
    page_id: str
    page_type: PageType = PageType.ARTICLE
    section: str | None = None
    tags: str | _Tags = ()
    is_sensitive: bool = False
    is_paid_content: bool = False
    hide_appeals: bool = False
    access: PageAccess = PageAccess.METERED
    placements: Placement | _Placements = tuple(Placement)
    consent: Consent | None = None
    language: str | None = None
    device: Device | None = None
    referrer: Annotated[str, Meta(max_length=MAX_REFERRER)] | None = None
    country: str | None = None
    passport: Annotated[str, Meta(max_length=MAX_TOKEN)] | None = None
    reader_assertion: None = None
    preview: None = None


_decode, _decode_names = Decoder(_Body).decode, Decoder(dict[str, Raw]).decode


@lru_cache(maxsize=4096)  # pages share their topics
def _read_topic(text: str) -> tuple[str, bytes]:
    """Return the name of a section or tag, and its fingerprint."""
    name = _FIELDS["section"].read(text)
    return name, topic_fingerprint(name)


class RefusedBodyError(ValueError):
    """The schema refuses the body, or may do so."""


def plain_view(raw: bytes) -> ViewRequest:
    """Return the view request of a body. Raise an error, of whatever type, if the Flask route must read the body.

    That is so too for previews, for the token of a signed-in reader, and for a text that may hide a name. Any text may
    be a site: that it does not exist is found when its campaigns are looked up.
    """
    body = _decode(raw)
    # msgspec takes the last value of a name that is written twice, so names are counted too.
    if raw.translate(None, b" \t\r\n").count(b'":') != len(_decode_names(raw)):
        raise RefusedBodyError("a name that is written twice, or a text that looks like the end of one")
    country, language, placements = body.country, body.language, body.placements
    tags = (body.tags,) if isinstance(body.tags, str) else body.tags
    topics = tags if body.section is None else (*tags, body.section)
    names, fingerprints = zip(*map(_read_topic, topics), strict=True) if topics else ((), ())
    page = Page(
        _read_page_id(body.page_id),
        body.page_type,
        None if body.section is None else names[-1],
        frozenset(names[: len(tags)]),
        body.is_sensitive,
        body.is_paid_content,
        body.hide_appeals,
        body.access,
        frozenset((placements,) if isinstance(placements, str) else placements),
    )
    return ViewRequest(
        body.site,
        body.view_id,
        page,
        fingerprints,
        body.consent,
        None if country is None else _read_country(country),
        body.device,
        None if language is None else _read_language(language),
        host_of(body.referrer),
        body.passport,
    )
