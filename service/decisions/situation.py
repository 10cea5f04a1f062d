"""The situation that rules judge, besides the campaign: the site, the page, the visit, the reader and the time."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from service.campaigns.campaign import Placement
from service.campaigns.page_rules import PageAccess, PageMatch, PageType, folded, is_below
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.campaigns.site import Site
from service.readers.reader import Reader
from service.readers.site_time import SiteTime


class Purpose(StrEnum):
    """Why the page was fetched. Only a visit counts and spends free articles; appeals are for visits alone."""

    VISIT = "visit"
    PREFETCH = "prefetch"
    CRAWL = "crawl"


class Page(Struct, frozen=True, gc=False):
    """A page as its site describes it. `section` and `tags` are folded as in `page_rules.py`."""

    page_id: str
    page_type: PageType = PageType.ARTICLE
    section: str | None = None
    tags: frozenset[str] = frozenset()
    is_sensitive: bool = False
    is_paid_content: bool = False
    hides_appeals: bool = False
    access: PageAccess = PageAccess.METERED
    placements: frozenset[Placement] = frozenset(Placement)

    @property
    def names(self) -> frozenset[str]:
        """The section and the tags together. Lists of sections look at both: a page sends further sections as tags."""
        return self.tags if self.section is None else self.tags | {self.section}


def lists_page(match: PageMatch, page: Page) -> bool:
    """Return True if the page is listed: by section, tag, page id or path. An empty match lists no page."""
    tags = page.tags
    if page.section in match.sections or not (match.sections.isdisjoint(tags) and match.tags.isdisjoint(tags)):
        return True
    if not (match.page_ids or match.paths):
        return False
    page_id = folded(page.page_id)
    return page_id in match.page_ids or is_below(page_id, match.paths)


class Visit(Struct, frozen=True, gc=False):
    """What the request says about the reader, apart from the history. None: not known."""

    consent: Consent
    country: str | None = None
    device: Device = Device.DESKTOP
    language: str | None = None
    referrer_host: str | None = None
    is_signed_in: bool = False
    is_verified: bool = True
    is_staff: bool = False
    purpose: Purpose = Purpose.VISIT
    audiences: frozenset[str] | None = None
    is_suppressed: bool = False


NO_AMOUNTS: Mapping[str, int] = MappingProxyType({})


class Situation(Struct, frozen=True, gc=False):
    """What a decision is made on. `reader`: with this page view counted; None without consent.

    `raised_minor`: what each campaign with a goal has raised so far, by campaign key. `explains`: rules also compute
    when they would pass, even if that costs more than the rule itself.
    """

    site: Site
    page: Page
    visit: Visit
    reader: Reader | None
    supporter: SupporterState
    now: SiteTime
    view_id: str = ""
    raised_minor: Mapping[str, int] = NO_AMOUNTS
    explains: bool = False
