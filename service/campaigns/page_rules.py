"""Which pages a campaign, an exclusion or a meter speaks about. Sections, tags and page ids are kept case-folded."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class PageType(StrEnum):
    ARTICLE = "article"
    FRONT = "front"
    SECTION = "section"
    LIVEBLOG = "liveblog"
    OTHER = "other"


class PageAccess(StrEnum):
    """What the page itself says: free to all, spends the meter, always behind the gate, or opened by a gift link."""

    FREE = "free"
    METERED = "metered"
    LOCKED = "locked"
    GIFT = "gift"


class PageCondition(StrEnum):
    """For a fact that is true of some pages (sensitive, paid content): never on them, also on them, only on them."""

    NEVER = "never"
    ALSO = "also"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class PageRules:
    """`sections_any` and `tags_any` are one list in two halves: one match in either is enough; None in both: every
    page.
    A match in any `*_none` fails the page whatever else holds. `types` None: every type (campaigns default to article).
    `page_ids_any` None: every page id. `accesses` None: every access."""

    types: frozenset[PageType] | None = None
    sections_any: frozenset[str] | None = None
    tags_any: frozenset[str] | None = None
    sections_none: frozenset[str] = frozenset()
    tags_none: frozenset[str] = frozenset()
    page_ids_any: frozenset[str] | None = None
    page_ids_none: frozenset[str] = frozenset()
    accesses: frozenset[PageAccess] | None = None
    sensitive: PageCondition = PageCondition.NEVER
    paid: PageCondition = PageCondition.NEVER


EVERY_PAGE = PageRules()


@dataclass(frozen=True, slots=True)
class PageMatch:
    """Some pages: any one of the sections, tags or page ids listed. Nothing listed in the three: every page."""

    sections: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    page_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Pages of a site without any appeal or gate. `types` None: any type. `starts_on`, `ends_on`: local days, both
    included; None: open."""

    pages: PageMatch = field(default_factory=PageMatch)
    types: frozenset[PageType] | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = ""
