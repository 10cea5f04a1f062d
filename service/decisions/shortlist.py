"""Which campaigns a page leaves in question, remembered per page and minute.

Switches, schedules and page rules look at the site, the page and the clock alone, and their boundaries are whole
minutes. So what they say of a page holds for all its readers until the minute ends; only the rules about the reader
are asked at every view. A trace asks all of them, always.
"""

from collections.abc import Hashable
from dataclasses import replace

from service.decisions.compiled import Candidate, CompiledSite
from service.decisions.situation import Page, Situation

MAX_PAGES = 4096  # remembered at once; then it starts over
MINUTE_SECONDS = 60


def shortlisted(site: CompiledSite, situation: Situation) -> CompiledSite:
    """The site with only those gates and appeals that this page leaves in question, and only their further rules."""
    minute = situation.now.instant // MINUTE_SECONDS
    remembered = site.shortlists.get(minute)
    if remembered is None:
        site.shortlists.clear()
        remembered = site.shortlists.setdefault(minute, {})
    identity = _identity(situation.page)
    found = remembered.get(identity)
    if found is None:
        found = replace(site, gates=_left(site.gates, situation), appeals=_left(site.appeals, situation))
        if len(remembered) < MAX_PAGES:
            remembered[identity] = found
    return found


def _left(candidates: tuple[Candidate, ...], situation: Situation) -> tuple[Candidate, ...]:
    return tuple(
        replace(one, page_rules=())
        for one in candidates
        if all(rule.judge(one.prepared, situation).passed for rule in one.page_rules)
    )


def _identity(page: Page) -> Hashable:
    """All of a page that its rules may look at: everything but the id of this one view."""
    return (
        page.page_id,
        page.page_type,
        page.section,
        page.tags,
        page.is_sensitive,
        page.is_paid_content,
        page.hides_appeals,
        page.access,
        page.placements,
    )
