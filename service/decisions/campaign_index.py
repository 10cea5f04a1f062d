"""Find the campaigns that a page view leaves possible, without asking every rule about every campaign.

A set of campaigns is a whole number: bit n stands for the nth campaign. Most rules say what they read (`Rule.reads`).
Then a look into a table tells which campaigns pass, and the looks that leave nothing soonest come first:

1. Rules about the clock are asked once a minute. Rules that compare a fact with names, such as the reader's country,
   are asked in advance about each name that a campaign lists.
2. Rules about prompts are asked only if the reader met prompts lately, and then once for all campaigns that the rule
   treats alike; rules about a campaign's own prompts only if these are among them.
3. A number that campaigns bound, such as the articles read, has a set of campaigns for each stretch between two bounds.
4. Facts with several names, such as the topics of a page, are looked up name by name.
5. Other rules that treat campaigns alike are asked once for all of them.

The few campaigns that are left are asked in order, with the rules that read more than that.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from service.campaigns.reader_rules import Consent, SupporterState
from service.campaigns.site import Site
from service.decisions.rules.rule import (
    BY_MINUTE,
    FOREVER,
    Alike,
    Bounded,
    Judge,
    Measure,
    NamedFact,
    OwnRecord,
    Prepared,
    Rule,
    Stage,
)
from service.decisions.situation import Page, Situation, Visit, facts_of
from service.readers.impressions import latest_event_at
from service.readers.packed_records import PromptRecord
from service.readers.site_time import site_time_of

MINUTE_SECONDS = 60
MAX_MINUTES = 1024  # when this many minutes are kept, all are dropped; only simulations go from one to another and back
_ALL = -1  # the set of all campaigns: every bit is one
_NO_NAME = "\x00"  # no page, section, tag or country has this name

Left = tuple[Prepared, tuple[Rule, ...]]
_Asked = tuple[Rule, Prepared, int]  # a rule, and a campaign that uses it with its bit
_Numbers = tuple[int, Callable[[Situation], int | None], list[int], list[int]]


class _Answers(NamedTuple):
    """What a rule says by the names of a fact. `otherwise`: the campaigns that pass if none of their names is there.

    `changed_by`: by name, the campaigns about which the rule then says the opposite.
    """

    otherwise: int
    changed_by: dict[Any, int]


class _Together(NamedTuple):
    """Campaigns that a rule treats alike. `prepared`: any of them.

    `seconds`: if the reader's last event of a prompt is as old as this, the rule passes and is not asked.
    """

    judge: Judge
    prepared: Prepared
    seconds: int
    campaigns: int


class _Recorded(NamedTuple):
    """Campaigns with the same fingerprint. `seconds`: for how long events of their prompts count."""

    campaigns: int
    seconds: int


class CampaignIndex:
    """The campaigns of a site that are asked in turn, ready to be narrowed down."""

    def __init__(self, campaigns: Sequence[Prepared], site: Site, zone: ZoneInfo) -> None:
        nowhere = _nowhere(site, zone)
        asked = [
            (rule, prepared, 1 << place)
            for place, prepared in enumerate(campaigns)
            for rule in prepared.rules
            if _is_indexed(rule, prepared)
        ]
        self._every = (1 << len(campaigns)) - 1
        self._by_clock = [(rule.judge, prepared, bit) for rule, prepared, bit in asked if rule.reads is BY_MINUTE]
        self._running: dict[int, int] = {}  # the campaigns that run, by minute
        self._numbers = _numbers(asked)
        named = _named(asked, nowhere)
        self._names = [(fact.names, rules) for fact, rules in named.items() if fact.names is not None]
        self._facts = [
            (fact.place, {name: otherwise ^ changed for name, changed in changed_by.items()}.get, otherwise)
            for fact, rules in named.items()
            for otherwise, changed_by in rules
            if fact.names is None
        ]
        self._unrecorded, self._recorded = _recorded(asked, nowhere)
        together = _together(asked, nowhere)
        self._about_prompts = [group for group in together if group.seconds < FOREVER]
        self._seconds = [group.seconds for group in self._about_prompts]
        self._together = [group for group in together if group.seconds == FOREVER]
        self._whole: list[Left] = [(prepared, prepared.rules) for prepared in campaigns]
        self._left: list[Left] = [(prepared, _rules_left(prepared, recorded=False)) for prepared in campaigns]
        self._left_recorded: list[Left] = [(prepared, _rules_left(prepared, recorded=True)) for prepared in campaigns]

    def asked(self, situation: Situation) -> Iterable[Left]:
        """Return the campaigns to ask, in order, each with the rules that are not yet asked.

        If traces are wanted, these are all campaigns with all of their rules.
        """
        return self._whole if situation.explains else self._possible(situation)

    def _possible(self, situation: Situation) -> Iterator[Left]:
        campaigns, facts = self._running_at(situation), facts_of(situation)
        for place, passing, otherwise in self._facts:
            campaigns &= passing(facts[place], otherwise)
        if not campaigns:
            return
        recorded = 0  # the campaigns with rules about their own prompts that must be asked
        if situation.reader is not None and situation.reader.prompts:
            recorded, silent_seconds = self._met_lately(situation.reader.prompts, situation.now.instant)
            lately = self._about_prompts[bisect_right(self._seconds, silent_seconds) :]
            campaigns = _passing(lately, campaigns, situation)
        campaigns = self._fitting(campaigns & (self._unrecorded | recorded), situation)
        if campaigns:
            campaigns = _passing(self._together, campaigns, situation)
        while campaigns:
            first = campaigns & -campaigns
            yield (self._left_recorded if recorded & first else self._left)[first.bit_length() - 1]
            campaigns ^= first

    def _fitting(self, campaigns: int, situation: Situation) -> int:
        """Return the campaigns that pass the rules about numbers and names."""
        for users, number_in, bounds, within in self._numbers:
            if campaigns & users:
                number = number_in(situation)
                campaigns &= within[0 if number is None else bisect_right(bounds, number)]
        return campaigns and campaigns & self._passing_by_name(situation)

    def _running_at(self, situation: Situation) -> int:
        """Return the campaigns whose rules about the clock pass, worked out once a minute."""
        minute = situation.now.instant // MINUTE_SECONDS
        running = self._running.get(minute)
        if running is None:
            running = self._every
            for judge, prepared, bit in self._by_clock:
                if running & bit and not judge(prepared, situation).passed:
                    running ^= bit
            if len(self._running) >= MAX_MINUTES:
                self._running.clear()
            self._running[minute] = running
        return running

    def _passing_by_name(self, situation: Situation) -> int:
        """Return the campaigns that pass every rule about facts with several names, such as the topics of a page."""
        campaigns = _ALL
        for names_in, rules in self._names:
            names = names_in(situation)
            for otherwise, changed_by in rules:
                changed = 0
                for name in changed_by.keys() & names:
                    changed |= changed_by[name]
                campaigns &= otherwise ^ changed
        return campaigns

    def _met_lately(self, prompts: Iterable[PromptRecord], now: int) -> tuple[int, int]:
        """Return the campaigns with an event of a prompt that still counts, and the seconds since the last event."""
        recorded = self._recorded
        campaigns = latest = 0
        for record in prompts:
            campaign, at = record.campaign, latest_event_at(record)
            if at > latest:
                latest = at
            if campaign in recorded and now - at < recorded[campaign][1]:
                campaigns |= recorded[campaign][0]
        return campaigns, now - latest


def _passing(groups: Iterable[_Together], campaigns: int, situation: Situation) -> int:
    """Return the campaigns that pass rules that treat campaigns alike."""
    for judge, prepared, _, alike in groups:
        if campaigns & alike and not judge(prepared, situation).passed:
            campaigns &= ~alike
    return campaigns


def _is_indexed(rule: Rule, prepared: Prepared) -> bool:
    """Return True if the rule need not be asked on each page view, or only if the reader has a record of the campaign.

    A gate that matches decides even if an access rule fails, so these rules are asked last, about the gate alone.
    """
    if rule.stage is Stage.ACCESS and prepared.campaign.gate is not None:
        return False
    reads = rule.reads.seconds(prepared.campaign) if isinstance(rule.reads, OwnRecord) else rule.reads
    return reads is not None


def _rules_left(prepared: Prepared, *, recorded: bool) -> tuple[Rule, ...]:
    """Return the rules that are left for each page view. `recorded`: the reader met the campaign's prompts lately."""
    return tuple(
        rule
        for rule in prepared.rules
        if not _is_indexed(rule, prepared) or (recorded and isinstance(rule.reads, OwnRecord))
    )


def _numbers(asked: Sequence[_Asked]) -> list[_Numbers]:
    """Return each number that campaigns bound, with its users, its sorted bounds, and the campaigns that pass between.

    The first set is for a number that is not known. No campaign passes then, as if it were below 0, the first bound.
    """
    bounded: dict[Hashable, list[tuple[Bounded, int]]] = {}
    for rule, prepared, bit in asked:
        for bound in rule.reads.bounds(prepared) if isinstance(rule.reads, Measure) else ():
            bounded.setdefault(bound.key, []).append((bound, bit))
    numbers = []
    for users in bounded.values():
        bounds = sorted({0}.union(*((bound.least, bound.most + 1) for bound, _ in users)))
        passing = [_ALL] * (len(bounds) + 1)
        for place, number in enumerate((-1, *bounds)):
            for bound, bit in users:
                if not bound.least <= number <= bound.most:
                    passing[place] &= ~bit
        numbers.append((reduce(or_, [bit for _, bit in users]), users[0][0].number, bounds, passing))
    return numbers


def _named(asked: Sequence[_Asked], nowhere: Situation) -> dict[NamedFact, list[_Answers]]:
    """Ask the rules that compare facts with names: about a view with no name, and about each name alone."""
    named: dict[tuple[NamedFact, Rule], _Answers] = {}
    for rule, prepared, bit in asked:
        passes = isinstance(rule.reads, tuple) and rule.judge(prepared, nowhere).passed
        for fact in rule.reads if isinstance(rule.reads, tuple) else ():
            otherwise, changed_by = named.get((fact, rule)) or _Answers(_ALL, {})
            named[fact, rule] = _Answers(otherwise if passes else otherwise & ~bit, changed_by)
            for name in fact.named(prepared.campaign, nowhere.site):
                if rule.judge(prepared, fact.put(nowhere, name)).passed is not passes:
                    changed_by[name] = changed_by.get(name, 0) | bit
    used: dict[NamedFact, list[_Answers]] = {}
    for (fact, _), answers in named.items():
        if answers != (_ALL, {}):
            used.setdefault(fact, []).append(answers)
    return used


def _recorded(asked: Sequence[_Asked], without_history: Situation) -> tuple[int, dict[int, _Recorded]]:
    """Return the campaigns that show to readers whose record has no event that still counts, and all by fingerprint.

    `without_history`: a situation without a reader's history, which stands for every reader without a record.
    """
    silent, by_fingerprint = 0, dict[int, _Recorded]()
    for rule, prepared, bit in asked:
        if isinstance(rule.reads, OwnRecord):
            if not rule.judge(prepared, without_history).passed:
                silent |= bit
            campaigns, seconds = by_fingerprint.get(prepared.fingerprint, (0, 0))
            longest = max(seconds, rule.reads.seconds(prepared.campaign) or 0)
            by_fingerprint[prepared.fingerprint] = _Recorded(campaigns | bit, longest)
    return ~silent, by_fingerprint


def _together(asked: Sequence[_Asked], nowhere: Situation) -> list[_Together]:
    """Return the rules that treat campaigns alike: first those about the latest prompts, which stop most campaigns."""
    groups: dict[tuple[Rule, Hashable], _Together] = {}
    for rule, prepared, bit in asked:
        if isinstance(rule.reads, Alike):
            key = rule, rule.reads.key(prepared.campaign, nowhere.site)
            counted = rule.reads.prompt_seconds
            seconds = FOREVER if counted is None else counted(nowhere.site)
            seconds = seconds if rule.judge(prepared, nowhere).passed else FOREVER
            known = groups.get(key) or _Together(rule.judge, prepared, seconds, 0)
            groups[key] = known._replace(campaigns=known.campaigns | bit)
    return sorted(groups.values(), key=lambda group: group.seconds)


def _nowhere(site: Site, zone: ZoneInfo) -> Situation:
    """Return a view of a page that has no names, by a reader who is not known."""
    visit = Visit(Consent.NONE, country=_NO_NAME)
    return Situation(
        site, Page(_NO_NAME, placements=frozenset()), visit, None, SupporterState.UNKNOWN, site_time_of(0, zone)
    )
