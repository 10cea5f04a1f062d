"""Find the campaigns that a page view leaves possible, without asking every rule about every campaign.

Most rules read little, and say so (`Rule.reads`). A rule that compares a fact with names is asked in advance, about
each name that a campaign lists. A rule that reads the clock is asked once a minute. A rule that treats campaigns alike
is asked once for all of them. A number that many campaigns bound is compared with all bounds at once. A rule about
prompts is asked only if the reader has an event of a prompt that still counts. Few rules are left.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from service.campaigns.reader_rules import Consent, SupporterState
from service.campaigns.site import Site
from service.decisions.index.candidates import Candidate, is_indexed, places
from service.decisions.index.measured_rules import measured_rules
from service.decisions.index.named_rules import NamedRules
from service.decisions.index.recorded_rules import RecordedRules
from service.decisions.rules.rule import FOREVER, Alike, Judge, Minute, OwnRecord, Prepared, Rule
from service.decisions.situation import Page, Situation, Visit
from service.readers.site_time import site_time_of

MINUTE_SECONDS = 60
MAX_MINUTES = 1024  # when this many minutes are kept, all are dropped; only simulations go from one to another and back
_NO_NAME = "\x00"  # no page, section, tag or country has this name


class _Together(NamedTuple):
    """Campaigns that a rule treats alike. `prepared`: any of them.

    `seconds`: if the reader's last event of a prompt is as old as this, the rule passes and is not asked.
    """

    judge: Judge
    prepared: Prepared
    seconds: int
    campaigns: int


class CampaignIndex:
    """The campaigns of a site that are asked in turn, ready to be narrowed down."""

    def __init__(self, candidates: Sequence[Candidate], site: Site, zone: ZoneInfo) -> None:
        nowhere = _nowhere(site, zone)
        self._prepared = [candidate.prepared for candidate in candidates]
        self._by_clock = _users(candidates, Minute)
        self._named = NamedRules(candidates, [rule for rule, _ in _users(candidates, tuple)], nowhere)
        self._measured = measured_rules(candidates)
        self._together = [
            group for rule, users in _users(candidates, Alike) for group in _groups(rule, candidates, users, nowhere)
        ]
        self._together.reverse()  # the last rules, those about the latest prompts, stop most campaigns
        self._recorded = RecordedRules(candidates, nowhere)
        self._left = [_asking(candidate, recorded=False) for candidate in candidates]
        self._left_recorded = [_asking(candidate, recorded=True) for candidate in candidates]
        self._running: dict[int, int] = {}  # the campaigns that run, by minute

    def possible(self, situation: Situation) -> Iterator[Candidate]:
        """Return the campaigns that may show, in order, each with the rules that are not yet asked."""
        campaigns = self._running_now(situation) if self._left else 0
        if campaigns:
            campaigns &= self._named.passing(situation)
        for measured in self._measured:
            if campaigns & measured.campaigns:
                campaigns &= measured.passing(situation) | ~measured.campaigns
        if not campaigns:
            return
        recorded, silent_seconds = self._recorded.recorded(situation)
        campaigns &= self._recorded.unrecorded | recorded
        for judge, prepared, seconds, alike in self._together:
            if campaigns & alike and silent_seconds < seconds and not judge(prepared, situation).passed:
                campaigns &= ~alike
        while campaigns:
            first = campaigns & -campaigns
            left = self._left_recorded if recorded & first else self._left
            yield left[first.bit_length() - 1]
            campaigns ^= first

    def _running_now(self, situation: Situation) -> int:
        """Return the campaigns whose rules about the clock pass, worked out once a minute."""
        minute = situation.now.instant // MINUTE_SECONDS
        running = self._running.get(minute)
        if running is None:
            running = (1 << len(self._prepared)) - 1
            for rule, users in self._by_clock:
                for place in places(running & users):
                    if not rule.judge(self._prepared[place], situation).passed:
                        running &= ~(1 << place)
            if len(self._running) >= MAX_MINUTES:
                self._running.clear()
            self._running[minute] = running
        return running


def _asking(candidate: Candidate, *, recorded: bool) -> Candidate:
    """Return a campaign with the rules that are left. `recorded`: the reader has a record of its prompts."""
    return Candidate(
        candidate.prepared,
        tuple(
            rule
            for rule in candidate.rules
            if not is_indexed(rule, candidate) or (recorded and isinstance(rule.reads, OwnRecord))
        ),
    )


def _users(candidates: Sequence[Candidate], reads: type) -> list[tuple[Rule, int]]:
    """Return the indexed rules that read this kind of thing, each with the campaigns that use it."""
    users: dict[Rule, int] = {}
    for place, candidate in enumerate(candidates):
        for rule in candidate.rules:
            if type(rule.reads) is reads and is_indexed(rule, candidate):
                users[rule] = users.get(rule, 0) | 1 << place
    return list(users.items())


def _groups(rule: Rule, candidates: Sequence[Candidate], users: int, nowhere: Situation) -> list[_Together]:
    groups: dict[Hashable, _Together] = {}
    if not isinstance(rule.reads, Alike):
        return []
    seconds = FOREVER if rule.reads.prompt_seconds is None else rule.reads.prompt_seconds(nowhere.site)
    for place in places(users):
        prepared = candidates[place].prepared
        key = rule.reads.key(prepared.campaign, nowhere.site)
        is_passed = rule.judge(prepared, nowhere).passed
        group = groups.get(key) or _Together(rule.judge, prepared, seconds if is_passed else FOREVER, 0)
        groups[key] = group._replace(campaigns=group.campaigns | 1 << place)
    return list(groups.values())


def _nowhere(site: Site, zone: ZoneInfo) -> Situation:
    """Return a view of a page without names, of which nothing is known."""
    visit = Visit(Consent.NONE, country=_NO_NAME)
    return Situation(
        site, Page(_NO_NAME, placements=frozenset()), visit, None, SupporterState.UNKNOWN, site_time_of(0, zone)
    )
