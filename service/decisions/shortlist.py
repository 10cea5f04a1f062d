"""Shortlist the campaigns that may show on a page and for a kind of visit; keep the list until the minute ends.

Switches, schedules and page rules depend on the site, the page and the clock alone, and change at whole minutes. Other
rules depend on what the request says about the visit. Their verdicts hold for all similar visits within the minute, so
that each page view asks only the rules about the reader's history. A trace asks every rule.
"""

from collections.abc import Hashable
from dataclasses import replace

from service.decisions.compile import Candidate, CompiledSite
from service.decisions.rules.rule import Scope
from service.decisions.situation import Situation

MAX_SHORTLISTS = 4096  # for pages, and for kinds of visits to them; beyond this none are kept until the minute ends
MINUTE_SECONDS = 60


def shortlisted(site: CompiledSite, situation: Situation) -> CompiledSite:
    """Return the site with only the campaigns that may still show, and only the rules about the reader."""
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
    if len(remembered) < MAX_SHORTLISTS:
        remembered[key] = found


def _narrowed(site: CompiledSite, situation: Situation, scope: Scope) -> CompiledSite:
    gates, appeals = (_passing(candidates, situation, scope) for candidates in (site.gates, site.appeals))
    return replace(site, gates=gates, appeals=appeals)


def _passing(candidates: tuple[Candidate, ...], situation: Situation, scope: Scope) -> tuple[Candidate, ...]:
    """Return the candidates whose rules of this scope pass, without these rules."""
    return tuple(
        Candidate(candidate.prepared, tuple(rule for rule in candidate.rules if rule.scope is not scope))
        for candidate in candidates
        if all(rule.judge(candidate.prepared, situation).passed for rule in candidate.rules if rule.scope is scope)
    )
