"""What a page sends when it asks, and what the request around it tells, before anything is decided."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from service.campaigns.campaign import Placement
from service.campaigns.page_rules import PageAccess, PageType
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.site import Site
from service.decisions.history import Reading, topic_fingerprint
from service.decisions.situation import Page, Purpose, Visitor

COUNTED_TYPES = frozenset({PageType.ARTICLE, PageType.LIVEBLOG})
_CRAWLER = re.compile(r"bot\b|crawler|spider|slurp|facebookexternalhit|mediapartners", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ViewRequest:
    """The body of a decide request. Names are case-folded, languages lower case, countries upper case.

    `passport` None: the reader's history travels in a cookie; text, also empty: in the body (local mode).
    """

    site: str
    view_id: str
    page_id: str
    page_type: PageType = PageType.ARTICLE
    section: str | None = None
    tags: tuple[str, ...] = ()
    is_sensitive: bool = False
    is_paid_content: bool = False
    hide_appeals: bool = False
    access: PageAccess = PageAccess.METERED
    placements: frozenset[Placement] = frozenset(Placement)
    consent: Consent | None = None
    language: str | None = None
    device: Device | None = None
    referrer: str | None = None
    country: str | None = None
    passport: str | None = None
    reader_assertion: str | None = None
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """What came with the request outside its body: the passport cookie, the edge's country, why it was sent."""

    cookie: str | None = None
    country: str | None = None
    user_agent: str = ""
    is_prefetch: bool = False


def page_of(view: ViewRequest) -> Page:
    return Page(
        view_id=view.view_id,
        page_id=view.page_id,
        page_type=view.page_type,
        section=view.section,
        tags=frozenset(view.tags),
        is_sensitive=view.is_sensitive,
        is_paid_content=view.is_paid_content,
        hides_appeals=view.hide_appeals,
        access=view.access,
        placements=view.placements,
    )


def visitor_of(view: ViewRequest, carrier: Carrier, site: Site) -> Visitor:
    """The page's word on the country counts only where the site says so; otherwise the edge's alone."""
    told = view.country if site.honours_country else None
    return Visitor(
        consent=view.consent or site.consent.default,
        country=told or carrier.country,
        device=view.device or device_of(carrier.user_agent),
        language=view.language,
        referrer_host=host_of(view.referrer),
        purpose=purpose_of(carrier),
    )


def reading_of(
    view: ViewRequest, wanted_topics: frozenset[int], *, has_topics: bool = True, is_read: bool = True
) -> Reading:
    """Articles and live blogs are read; what an advertiser paid for is not counted."""
    topics: tuple[str, ...] = ()
    if has_topics:
        topics = (*view.tags, view.section) if view.section else view.tags
    return Reading(
        view_id=view.view_id,
        page_id=view.page_id,
        is_article=is_read and view.page_type in COUNTED_TYPES and not view.is_paid_content,
        topics=tuple([topic_fingerprint(topic) for topic in topics]),
        wanted=wanted_topics,
    )


def purpose_of(carrier: Carrier) -> Purpose:
    if carrier.is_prefetch:
        return Purpose.PREFETCH
    return Purpose.CRAWL if _CRAWLER.search(carrier.user_agent) else Purpose.VISIT


def device_of(user_agent: str) -> Device:
    """The class of a device, coarsely; nothing else of a user agent is used. None known: desktop."""
    if "iPad" in user_agent or ("Android" in user_agent and "Mobile" not in user_agent):
        return Device.TABLET
    if "iPhone" in user_agent or "iPod" in user_agent:
        return Device.IOS
    return Device.ANDROID if "Android" in user_agent else Device.DESKTOP


def host_of(referrer: str | None) -> str | None:
    """The host of an address, or of a bare host name; None where there is none."""
    if not referrer:
        return None
    try:
        return urlsplit(referrer if "//" in referrer else "//" + referrer).hostname
    except ValueError:
        return None
