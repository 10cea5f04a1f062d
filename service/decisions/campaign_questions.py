"""Prepare what the index asks a page view: each question is answered with the set of campaigns that pass.

The rules behind a question are asked in advance: about each name that a campaign lists, and about the stretches of
numbers between the bounds of campaigns. Rules that treat campaigns alike are asked when the question is.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from service.decisions.rules.rule import FOREVER, Alike, Bounded, Judge, Measure, NamedFact, Prepared, Rule
from service.decisions.situation import Situation
from service.readers.impressions import latest_event_at

ALL = -1  # the set of all campaigns: every bit is one
Answer = Callable[[Situation], int]  # returns the campaigns that pass
Asked = tuple[Rule, Prepared, int]  # a rule, and a campaign that uses it with its bit


class Question(NamedTuple):
    """A question about a page view. `answer`: returns the campaigns that pass. `users`: those that may fail."""

    users: int
    answer: Answer


class _Names(NamedTuple):
    """What rules say by the names of a fact.

    `needs`: the campaigns that pass only if one of their names is there. `by_name`: the campaigns that pass then, and
    those that fail.
    """

    needs: int
    by_name: dict[Any, tuple[int, int]]


class _Alike(NamedTuple):
    """Campaigns that a rule treats alike. `prepared`: any of them.

    `seconds`: if the reader's last event of a prompt is as old as this, the rule passes and is not asked.
    """

    judge: Judge
    prepared: Prepared
    seconds: int
    campaigns: int


def questions_of(asked: Sequence[Asked], nowhere: Situation) -> list[Question]:
    """Return the questions, those first that are cheap and leave few campaigns.

    `nowhere`: a view of a page that has no names, by a reader who is not known.
    """
    groups = _groups(asked, nowhere)
    about_prompts = sorted((group for group in groups if group.seconds < FOREVER), key=lambda group: group.seconds)
    return [
        *_about_numbers(asked),
        *([_about_prompts(about_prompts)] if about_prompts else ()),
        *_about_names(asked, nowhere),
        *(_about_all(group) for group in groups if group.seconds == FOREVER),
    ]


def _about_numbers(asked: Sequence[Asked]) -> Iterator[Question]:
    """Yield a question for each number that campaigns bound: it has a set of campaigns for each stretch between bounds.

    The first set is for a number that is not known. No campaign passes then, as if it were below 0, the first bound.
    """
    bounded: dict[Hashable, list[tuple[Bounded, int]]] = {}
    for rule, prepared, bit in asked:
        for bound in rule.reads.bounds(prepared) if isinstance(rule.reads, Measure) else ():
            bounded.setdefault(bound.key, []).append((bound, bit))
    for users in bounded.values():
        bounds = sorted({0}.union(*((bound.least, bound.most + 1) for bound, _ in users)))
        passing = [ALL] * (len(bounds) + 1)
        for place, number in enumerate((-1, *bounds)):
            for bound, bit in users:
                if not bound.least <= number <= bound.most:
                    passing[place] &= ~bit
        yield Question(_joined(bit for _, bit in users), _passing_by_number(users[0][0].number, bounds, passing))


def _passing_by_number(number_of: Callable[[Situation], int | None], bounds: list[int], passing: list[int]) -> Answer:
    def answer(situation: Situation) -> int:
        number = number_of(situation)
        return passing[0 if number is None else bisect_right(bounds, number)]

    return answer


def _about_names(asked: Sequence[Asked], nowhere: Situation) -> Iterator[Question]:
    """Yield a question for each fact that rules compare with names, or more if campaigns need names for two reasons."""
    by_fact: dict[NamedFact, list[_Names]] = {}
    for (fact, _), names in _named(asked, nowhere).items():
        known = by_fact.setdefault(fact, [])
        place = next((place for place, other in enumerate(known) if not other.needs & names.needs), None)
        if place is None:
            known.append(names)
        else:
            known[place] = _Names(known[place].needs | names.needs, _merged(known[place].by_name, names.by_name))
    for fact, known in by_fact.items():
        for needs, by_name in known:
            users = needs | _joined(passing | failing for passing, failing in by_name.values())
            if users:
                yield Question(users, _passing_by_name(fact, needs, by_name))


def _passing_by_name(fact: NamedFact, needs: int, by_name: dict[Any, tuple[int, int]]) -> Answer:
    names_of, without_names, listed = fact.names, ~needs, by_name.keys()

    def answer(situation: Situation) -> int:
        passing, failing = without_names, 0
        for name in listed & names_of(situation):
            found, lost = by_name[name]
            passing |= found
            failing |= lost
        return passing & ~failing

    return answer


def _named(asked: Sequence[Asked], nowhere: Situation) -> dict[tuple[NamedFact, Rule], _Names]:
    """Ask the rules that compare facts with names: about a view with no name, and about each name alone."""
    named: dict[tuple[NamedFact, Rule], _Names] = {}
    for rule, prepared, bit in asked:
        for fact in rule.facts(nowhere.site, NamedFact):
            passes = rule.judge(prepared, nowhere).passed
            needs, by_name = named.get((fact, rule)) or _Names(0, {})
            named[fact, rule] = _Names(needs if passes else needs | bit, by_name)
            for name in fact.named(prepared.campaign, nowhere.site):
                if rule.judge(prepared, fact.put(nowhere, name)).passed is not passes:
                    found, lost = by_name.get(name, (0, 0))
                    by_name[name] = (found, lost | bit) if passes else (found | bit, lost)
    return named


def _merged(one: dict[Any, tuple[int, int]], other: dict[Any, tuple[int, int]]) -> dict[Any, tuple[int, int]]:
    merged = dict(one)
    for name, (found, lost) in other.items():
        known = merged.get(name, (0, 0))
        merged[name] = (known[0] | found, known[1] | lost)
    return merged


def _groups(asked: Sequence[Asked], nowhere: Situation) -> list[_Alike]:
    """Return the campaigns that rules treat alike."""
    groups: dict[tuple[Rule, Hashable], _Alike] = {}
    for rule, prepared, bit in asked:
        reads = rule.reads_at(nowhere.site)
        if isinstance(reads, Alike):
            key = rule, reads.key(prepared.campaign, nowhere.site)
            counted = reads.prompt_seconds
            is_about_prompts = counted is not None and rule.judge(prepared, nowhere).passed
            seconds = counted(nowhere.site) if counted and is_about_prompts else FOREVER
            known = groups.get(key) or _Alike(rule.judge, prepared, seconds, 0)
            groups[key] = known._replace(campaigns=known.campaigns | bit)
    return list(groups.values())


def _about_all(group: _Alike) -> Question:
    """Return the question whether campaigns pass a rule that treats them alike."""
    judge, prepared, _, campaigns = group
    return Question(campaigns, lambda situation: ALL if judge(prepared, situation).passed else ~campaigns)


def _about_prompts(groups: Sequence[_Alike]) -> Question:
    """Return the question which campaigns pass the rules about the latest prompts. `groups`: by seconds."""
    seconds = [group.seconds for group in groups]

    def answer(situation: Situation) -> int:
        passing, reader = ALL, situation.reader
        if reader is not None and reader.prompts:
            silent_seconds = situation.now.instant - max(map(latest_event_at, reader.prompts))
            for judge, prepared, _, campaigns in groups[bisect_right(seconds, silent_seconds) :]:
                if passing & campaigns and not judge(prepared, situation).passed:
                    passing &= ~campaigns
        return passing

    return Question(_joined(group.campaigns for group in groups), answer)


def _joined(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)
