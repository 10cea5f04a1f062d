"""Which campaigns a page, and then a kind of visit, leave in question; remembered until the minute ends.

Switches, schedules and page rules look at the site, the page and the clock alone, and their boundaries are whole
minutes; other rules look at what the request tells of the visit. So what they say holds for all who come alike; only
the rules about the reader's own history are asked at every view. A trace asks all of them, always.
"""

from collections.abc import Hashable
from dataclasses import replace

from service.decisions.compile import Candidate, CompiledSite
from service.decisions.rules.rule import Scope
from service.decisions.situation import Situation

MAX_PAGES = 4096  # pages, and kinds of visits to them, remembered at once; then no more are until the minute ends
MINUTE_SECONDS = 60


def shortlisted(site: CompiledSite, situation: Situation) -> CompiledSite:
    """The site with only those gates and appeals that are left in question, and only the rules about the reader."""
    minute = situation.now.instant // MINUTE_SECONDS
    remembered = site.shortlists.get(minute)
    if remembered is None:
        site.shortlists.clear()
        remembered = site.shortlists.setdefault(minute, {})
    visit = (situation.page, situation.visit)
    found = remembered.get(visit)
    if found is None:
        of_page = remembered.get(situation.page) or _narrowed(site, situation, Scope.PAGE)
        found = _narrowed(of_page, situation, Scope.VISIT)
        _remember(remembered, situation.page, of_page)
        _remember(remembered, visit, found)
    return found


def _remember(remembered: dict[Hashable, CompiledSite], key: Hashable, found: CompiledSite) -> None:
    if len(remembered) < MAX_PAGES:
        remembered[key] = found


def _narrowed(site: CompiledSite, situation: Situation, scope: Scope) -> CompiledSite:
    gates, appeals = (_left(candidates, situation, scope) for candidates in (site.gates, site.appeals))
    return replace(site, gates=gates, appeals=appeals)


def _left(candidates: tuple[Candidate, ...], situation: Situation, scope: Scope) -> tuple[Candidate, ...]:
    """Those whose rules of this scope pass, with their other rules."""
    return tuple(
        Candidate(one.prepared, tuple(rule for rule in one.rules if rule.scope is not scope))
        for one in candidates
        if all(rule.judge(one.prepared, situation).passed for rule in one.rules if rule.scope is scope)
    )
