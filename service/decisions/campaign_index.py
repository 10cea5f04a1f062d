"""Find the campaigns that a page view leaves possible, without asking every rule about every campaign.

Most rules read little, and say so (`Rule.reads`). A rule that compares a fact with names is asked in advance, about
each name that a campaign lists. A rule that reads the clock is asked once a minute. A rule that treats campaigns alike
is asked once for all of them. The rules that are left read the reader's history of one campaign.

A set of campaigns is a whole number here: bit n stands for the nth campaign of the list.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.campaigns.reader_rules import Consent, SupporterState
from service.campaigns.site import Site
from service.decisions.rules.rule import Alike, Clock, Fact, Judge, Prepared, Rule, Stage
from service.decisions.situation import Page, Situation, Visit
from service.readers.site_time import site_time_of

MINUTE_SECONDS = 60
_NO_NAME = "\x00"  # no page, section, tag or country has this name


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prepared campaign and the rules that it uses, in the order they are asked."""

    prepared: Prepared
    rules: tuple[Rule, ...]


class _Named(NamedTuple):
    """What a rule says, asked in advance.

    `otherwise`: the campaigns that pass on a view with none of their names. `changes`: for each fact that the rule
    reads, and for each value, the campaigns for which that value changes the answer.
    """

    otherwise: int
    changes: tuple[tuple[Callable[[Situation], Iterable[Hashable]], dict[Hashable, int]], ...]


class _Together(NamedTuple):
    """Campaigns that a rule treats alike. `prepared`: any of them."""

    judge: Judge
    prepared: Prepared
    campaigns: int


class CampaignIndex:
    """The campaigns of a site that are asked in turn, ready to be narrowed down."""

    def __init__(self, candidates: Sequence[Candidate], site: Site, zone: ZoneInfo) -> None:
        self._by_clock = [candidate.prepared for candidate in candidates], _users(candidates, Clock)
        self._named = [_named(rule, candidates, _nowhere(site, zone)) for rule, _ in _users(candidates, tuple)]
        self._together = [
            group for rule, users in _users(candidates, Alike) for group in _groups(rule, candidates, users)
        ]
        self._left = [
            Candidate(candidate.prepared, tuple(rule for rule in candidate.rules if not _is_indexed(rule, candidate)))
            for candidate in candidates
        ]
        self._running: tuple[int, int] = (-1, 0)

    def possible(self, situation: Situation) -> Iterator[Candidate]:
        """Return the campaigns that may show, in order, each with the rules that are not yet asked."""
        campaigns = self._possible(situation)
        while campaigns:
            first = campaigns & -campaigns
            yield self._left[first.bit_length() - 1]
            campaigns ^= first

    def _possible(self, situation: Situation) -> int:
        campaigns = self._running_now(situation)
        for otherwise, facts in self._named:
            changed = 0
            for values, changes in facts:
                for value in values(situation):
                    changed |= changes.get(value, 0)
            campaigns &= otherwise ^ changed
        for judge, prepared, alike in self._together:
            if campaigns & alike and not judge(prepared, situation).passed:
                campaigns &= ~alike
        return campaigns

    def _running_now(self, situation: Situation) -> int:
        """Return the campaigns whose rules about the clock pass, worked out once a minute."""
        minute = situation.now.instant // MINUTE_SECONDS
        kept_minute, running = self._running
        if kept_minute != minute:
            prepared, rules = self._by_clock
            stopped = 0
            for rule, users in rules:
                for place in _places(users):
                    if not stopped >> place & 1 and not rule.judge(prepared[place], situation).passed:
                        stopped |= 1 << place
            running = (1 << len(prepared)) - 1 & ~stopped
            self._running = minute, running
        return running


def _is_indexed(rule: Rule, candidate: Candidate) -> bool:
    """Return True if the index may ask the rule. A gate that matches decides even if an access rule fails."""
    is_gate = candidate.prepared.campaign.gate is not None
    return rule.reads is not None and not (is_gate and rule.stage is Stage.ACCESS)


def _users(candidates: Sequence[Candidate], reads: type) -> list[tuple[Rule, int]]:
    """Return the indexed rules that read this kind of thing, each with the campaigns that use it."""
    users: dict[Rule, int] = {}
    for place, candidate in enumerate(candidates):
        for rule in candidate.rules:
            if type(rule.reads) is reads and _is_indexed(rule, candidate):
                users[rule] = users.get(rule, 0) | 1 << place
    return list(users.items())


def _places(campaigns: int) -> Iterator[int]:
    while campaigns:
        first = campaigns & -campaigns
        yield first.bit_length() - 1
        campaigns ^= first


def _groups(rule: Rule, candidates: Sequence[Candidate], users: int) -> list[_Together]:
    groups: dict[Hashable, _Together] = {}
    for place in _places(users):
        prepared = candidates[place].prepared
        key = rule.reads.key(prepared.campaign) if isinstance(rule.reads, Alike) else None
        group = groups.get(key) or _Together(rule.judge, prepared, 0)
        groups[key] = group._replace(campaigns=group.campaigns | 1 << place)
    return list(groups.values())


def _named(rule: Rule, candidates: Sequence[Candidate], nowhere: Situation) -> _Named:
    """Ask a rule about every campaign that uses it: on a view with no name, and with each name alone."""
    facts: tuple[Fact, ...] = rule.reads if type(rule.reads) is tuple else ()
    otherwise, changes = (1 << len(candidates)) - 1, [dict[Hashable, int]() for _ in facts]
    for place, candidate in enumerate(candidates):
        if rule not in candidate.rules or not _is_indexed(rule, candidate):
            continue
        passes = rule.judge(candidate.prepared, nowhere).passed
        if not passes:
            otherwise &= ~(1 << place)
        for fact, changed in zip(facts, changes, strict=True):
            for name in fact.named(candidate.prepared.campaign, nowhere.site):
                if rule.judge(candidate.prepared, fact.put(nowhere, name)).passed is not passes:
                    changed[name] = changed.get(name, 0) | 1 << place
    return _Named(otherwise, tuple((fact.values, changed) for fact, changed in zip(facts, changes, strict=True)))


def _nowhere(site: Site, zone: ZoneInfo) -> Situation:
    """Return a view of a page without names, of which nothing is known."""
    visit = Visit(Consent.NONE, country=_NO_NAME)
    return Situation(site, Page(_NO_NAME), visit, None, SupporterState.UNKNOWN, site_time_of(0, zone))
