"""Everything a rule may look at besides the campaign: the site, the page, the reader and the moment."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from service.campaigns.campaign import Placement
from service.campaigns.page_rules import PageAccess, PageType
from service.campaigns.reader_rules import Consent, Device, SupporterState
from service.campaigns.site import Site
from service.readers.reader import Reader
from service.readers.site_time import SiteTime


class Purpose(StrEnum):
    """Why the page was fetched. Only a reader's own visit counts and spends; a crawler is never asked."""

    VISIT = "visit"
    PREFETCH = "prefetch"
    CRAWL = "crawl"


class Page(NamedTuple):
    """A page, as it describes itself. `section` and `tags` are case-folded."""

    page_id: str
    page_type: PageType = PageType.ARTICLE
    section: str | None = None
    tags: frozenset[str] = frozenset()
    is_sensitive: bool = False
    is_paid_content: bool = False
    hides_appeals: bool = False
    access: PageAccess = PageAccess.METERED
    placements: frozenset[Placement] = frozenset(Placement)


class Visit(NamedTuple):
    """What this request says of the reader, apart from the history. None: not known."""

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


class Situation(NamedTuple):
    """`reader` is None in contextual mode (no consent): nothing is remembered, so nothing may be read. `view_id` is the
    page view's own.

    `raised_minor` holds what each campaign with a goal has raised so far, by campaign key. `explains`: instants to come
    are wanted too, where working them out costs more than the rule itself.
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
