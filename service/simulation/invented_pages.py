"""Invent the pages of a newspaper: a few that everyone reads, and many that few read."""

import random
from collections.abc import Sequence
from itertools import accumulate

from service.campaigns.page_rules import PageAccess, PageType
from service.decisions.situation import Page
from service.decisions.view import ViewRequest
from service.readers.history import topic_fingerprint
from service.simulation.used_names import Named

PAGES = 240
SECTIONS = ("news", "politics", "sport", "culture", "business", "opinion", "environment", "travel", "food", "science")
SECTION_WEIGHTS = (30, 14, 18, 10, 9, 6, 6, 2, 2, 3)
NAMED_SECTION_WEIGHT = 8  # of each section that campaigns name and that is not listed above
OTHER_TAGS = tuple(f"tag {number}" for number in range(40))
MOST_TAGS = 5
TYPES = (PageType.ARTICLE, PageType.FRONT, PageType.SECTION, PageType.LIVEBLOG, PageType.OTHER)
TYPE_WEIGHTS = (78, 8, 7, 5, 2)
ACCESSES, ACCESS_WEIGHTS = (PageAccess.METERED, PageAccess.FREE, PageAccess.LOCKED), (88, 8, 4)
SENSITIVE_SHARE, PAID_SHARE, HIDDEN_SHARE, NAMED_PAGE_SHARE = 0.03, 0.02, 0.01, 0.08


def invent_pages(site: str, named: Named, chance: random.Random) -> tuple[ViewRequest, ...]:
    """Invent views, without ids, of a site's pages, the most read first.

    Sections, tags and pages that campaigns name are among them.
    """
    return tuple(_view(site, _page(number, named, chance)) for number in range(PAGES))


def uneven(count: int) -> Sequence[float]:
    """Return weights, added up: rank n, from 0, is chosen in proportion to 1 / (n + 1) (Zipf's law)."""
    return tuple(accumulate(1 / (rank + 1) for rank in range(count)))


def _page(number: int, named: Named, chance: random.Random) -> Page:
    others = tuple(name for name in named.sections if name not in SECTIONS)
    weights = (*SECTION_WEIGHTS, *(NAMED_SECTION_WEIGHT for _ in others))
    section = chance.choices((*SECTIONS, *others), weights)[0]
    tags = (*named.tags, *OTHER_TAGS)
    chosen = chance.choices(tags, cum_weights=uneven(len(tags)), k=chance.randint(1, MOST_TAGS))
    is_named = bool(named.page_ids) and chance.random() < NAMED_PAGE_SHARE
    return Page(
        chance.choice(named.page_ids) if is_named else f"/{section}/a-headline-{number}",
        chance.choices(TYPES, TYPE_WEIGHTS)[0],
        section,
        frozenset(chosen),
        chance.random() < SENSITIVE_SHARE,
        chance.random() < PAID_SHARE,
        chance.random() < HIDDEN_SHARE,
        chance.choices(ACCESSES, ACCESS_WEIGHTS)[0],
    )


def _view(site: str, page: Page) -> ViewRequest:
    return ViewRequest(site, "", page, tuple(map(topic_fingerprint, sorted(page.names))))
