"""Read a decide request: what the page sends, and what the headers say about the visit."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from service.addresses import split_address
from service.campaigns.page_rules import PageType
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.site import Site
from service.decisions.situation import Page, Purpose, Visit
from service.readers.history import Reading, topic_fingerprint
from service.readers.passports.passport_cookie import Edge, RequestContext

# The host in a web address in its plainest form, as almost every browser sends it.
_PLAIN_HOST = re.compile(r"https?://([A-Za-z0-9.-]+)(?:[/?#]|\Z)")
_VISIT = Purpose.VISIT  # looking up a member of an enum takes longer than comparing it
COUNTED_TYPES = frozenset({PageType.ARTICLE, PageType.LIVEBLOG})


class ViewRequest(Struct, frozen=True, gc=False):
    """The body of a decide request. `topics`: fingerprints of the page's tags in the order that it sends
    them, and then of its section.

    What the page says about its browser: languages are in lower case, countries in upper case. `passport` None: the
    passport is in a cookie. A text, even an empty one: the page keeps the passport (local mode).
    """

    site: str
    view_id: str
    page: Page
    topics: tuple[bytes, ...] = ()
    consent: Consent | None = None
    country: str | None = None
    device: Device | None = None
    language: str | None = None
    referrer_host: str | None = None
    passport: str | None = None
    reader_assertion: str | None = None
    preview: str | None = None


def view_request(body: Mapping[str, Any]) -> ViewRequest:
    """Return the view request of a body whose fields `schemas/decide.py` has checked and converted."""
    section, tags = body["section"], body["tags"]
    page = Page(
        body["page_id"],
        body["page_type"],
        section,
        frozenset(tags),
        body["is_sensitive"],
        body["is_paid_content"],
        body["hide_appeals"],
        body["access"],
        frozenset(body["placements"]),
    )
    return ViewRequest(
        body["site"],
        body["view_id"],
        page,
        tuple(map(topic_fingerprint, (*tags, section) if section else tags)),
        body["consent"],
        body["country"],
        body["device"],
        body["language"],
        host_of(body["referrer"]),
        body["passport"],
        body["reader_assertion"],
        body["preview"],
    )


def visit_of(view: ViewRequest, context: RequestContext, site: Site) -> Visit:
    """Return the visit. The country that the page sends counts only if the site honours it."""
    edge = context.edge
    return Visit(
        view.consent or site.consent.default,
        (view.country if site.honours_country else None) or edge.country,
        view.device or edge.device,
        view.language,
        view.referrer_host,
        purpose=purpose_of(edge) if edge.is_prefetch or edge.is_crawler else _VISIT,
    )


def reading_of(view: ViewRequest, wanted_topics: frozenset[bytes], *, has_topics: bool = True) -> Reading:
    """Return the page view to count. Articles and live blogs count as read, unless an advertiser paid for them."""
    page = view.page
    is_article = page.page_type in COUNTED_TYPES and not page.is_paid_content
    topics = tuple(dict.fromkeys(view.topics)) if has_topics and is_article else ()
    return Reading(view.view_id, page.page_id, is_article, topics, wanted_topics)


def purpose_of(edge: Edge) -> Purpose:
    if edge.is_prefetch:
        return Purpose.PREFETCH
    return Purpose.CRAWL if edge.is_crawler else Purpose.VISIT


def host_of(referrer: str | None) -> str | None:
    """Return the host of an address or bare host name, or None if there is none."""
    if not referrer:
        return None
    plain = _PLAIN_HOST.match(referrer)
    if plain is not None:
        return plain[1].lower()
    return split_address(referrer if "//" in referrer else "//" + referrer).hostname
