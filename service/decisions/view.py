"""Read a decide request: what the page sends, and what the headers say about the visit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from service.addresses import split_address
from service.campaigns.page_rules import PageType
from service.campaigns.reader_rules import Consent, Device
from service.campaigns.site import Site
from service.decisions.situation import Page, Purpose, Visit
from service.readers.devices import device_of
from service.readers.history import Reading, topic_fingerprint
from service.readers.passports.passport_cookie import Edge, RequestContext
from service.web.crawlers import is_crawler

COUNTED_TYPES = frozenset({PageType.ARTICLE, PageType.LIVEBLOG})


class Browser(NamedTuple):
    """What a page says about its browser. Languages are in lower case, countries in upper case."""

    consent: Consent | None = None
    country: str | None = None
    device: Device | None = None
    language: str | None = None
    referrer_host: str | None = None


_UNKNOWN = Browser()


@dataclass(frozen=True, slots=True)
class ViewFacts:
    """What many views of a page have in common. `topics`: fingerprints of its tags and section, without repetition."""

    site: str
    page: Page
    topics: tuple[int, ...] = ()
    browser: Browser = _UNKNOWN


class ViewRequest(NamedTuple):
    """The body of a decide request. `facts`: the part that views of the same page share.

    `passport` None: the passport is in a cookie. A text, even an empty one: the page keeps the passport (local mode).
    """

    view_id: str
    facts: ViewFacts
    passport: str | None = None
    reader_assertion: str | None = None
    preview: str | None = None

    @property
    def site(self) -> str:
        return self.facts.site


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
    topics = tuple(dict.fromkeys([topic_fingerprint(topic) for topic in ((*tags, section) if section else tags)]))
    browser = Browser(body["consent"], body["country"], body["device"], body["language"], host_of(body["referrer"]))
    facts = ViewFacts(body["site"], page, topics, browser)
    return ViewRequest(body["view_id"], facts, body["passport"], body["reader_assertion"], body["preview"])


def visit_of(view: ViewRequest, context: RequestContext, site: Site) -> Visit:
    """Return the visit. The country that the page sends counts only if the site honours it."""
    browser, edge = view.facts.browser, context.edge
    country = browser.country if site.honours_country else None
    return Visit(
        consent=browser.consent or site.consent.default,
        country=country or edge.country,
        device=browser.device or device_of(edge.user_agent),
        language=browser.language,
        referrer_host=browser.referrer_host,
        purpose=purpose_of(edge),
    )


def reading_of(view: ViewRequest, wanted_topics: frozenset[int], *, has_topics: bool = True) -> Reading:
    """Return the page view to count. Articles and live blogs count as read, unless an advertiser paid for them."""
    facts = view.facts
    page = facts.page
    is_article = page.page_type in COUNTED_TYPES and not page.is_paid_content
    return Reading(view.view_id, page.page_id, is_article, facts.topics if has_topics else (), wanted_topics)


def purpose_of(edge: Edge) -> Purpose:
    if edge.is_prefetch:
        return Purpose.PREFETCH
    return Purpose.CRAWL if is_crawler(edge.user_agent) else Purpose.VISIT


def host_of(referrer: str | None) -> str | None:
    """Return the host of an address or bare host name, or None if there is none."""
    if not referrer:
        return None
    return split_address(referrer if "//" in referrer else "//" + referrer).hostname
