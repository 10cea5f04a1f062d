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

ALL = -1  # the set of all campaigns: every bit is one
Answer = Callable[[Situation], int]  # returns the campaigns that pass
Asked = tuple[Rule, Prepared, int]  # a rule, and a campaign that uses it with its bit


class ViewQuestion(NamedTuple):
    """A question about a page view. `users`: the campaigns that need the answer."""

    users: int
    answer: Answer


class ByName(NamedTuple):
    """What a rule says by the names of a fact. `otherwise`: the campaigns that pass if none of their names is there.

    `changed_by`: by name, the campaigns about which the rule then says the opposite.
    """

    fact: NamedFact
    otherwise: int
    changed_by: dict[Any, int]


class _Alike(NamedTuple):
    """Campaigns that a rule treats alike. `prepared`: any of them.

    `seconds`: if the reader's last event of a prompt is as old as this, the rule passes and is not asked.
    """

    judge: Judge
    prepared: Prepared
    seconds: int
    campaigns: int


def questions_of(asked: Sequence[Asked], by_name: Iterable[ByName], nowhere: Situation) -> list[ViewQuestion]:
    """Return the questions, those first that are cheap and leave few campaigns.

    `nowhere`: a view of a page that has no names, by a reader who is not known.
    """
    groups = _groups(asked, nowhere)
    about_prompts = [group for group in groups if group.seconds < FOREVER]
    return [
        *_about_numbers(asked),
        *([_about_prompts(about_prompts)] if about_prompts else ()),
        *(_about_names(names) for names in by_name if not names.fact.values),
        *(_about_all(group) for group in groups if group.seconds == FOREVER),
    ]


def answers_by_name(asked: Sequence[Asked], nowhere: Situation) -> list[ByName]:
    """Ask the rules that compare facts with names: about a view with no name, and about each name alone."""
    named: dict[tuple[NamedFact, Rule], ByName] = {}
    for rule, prepared, bit in asked:
        passes = isinstance(rule.reads, tuple) and rule.judge(prepared, nowhere).passed
        for fact in rule.reads if isinstance(rule.reads, tuple) else ():
            _, otherwise, changed_by = named.get((fact, rule)) or ByName(fact, ALL, {})
            named[fact, rule] = ByName(fact, otherwise if passes else otherwise & ~bit, changed_by)
            for name in fact.named(prepared.campaign, nowhere.site):
                if rule.judge(prepared, fact.put(nowhere, name)).passed is not passes:
                    changed_by[name] = changed_by.get(name, 0) | bit
    return [names for names in named.values() if names[1:] != (ALL, {})]


def _about_names(names: ByName) -> ViewQuestion:
    """Return the question which of the names there are."""
    (_, _, names_of, _, _), otherwise, changed_by = names

    def answer(situation: Situation) -> int:
        changed = 0
        for name in changed_by.keys() & names_of(situation):
            changed |= changed_by[name]
        return otherwise ^ changed

    return ViewQuestion(~otherwise | _joined(changed_by.values()), answer)


def _about_numbers(asked: Sequence[Asked]) -> Iterator[ViewQuestion]:
    """Yield a question for each number that campaigns bound."""
    bounded: dict[Hashable, list[tuple[Bounded, int]]] = {}
    for rule, prepared, bit in asked:
        for bound in rule.reads.bounds(prepared) if isinstance(rule.reads, Measure) else ():
            bounded.setdefault(bound.key, []).append((bound, bit))
    for users in bounded.values():
        yield _about_number(users)


def _about_number(users: Sequence[tuple[Bounded, int]]) -> ViewQuestion:
    """Return the question how large a number is, with the campaigns that pass for each stretch between two bounds.

    The first set is for a number that is not known. No campaign passes then, as if it were below 0, the first bound.
    """
    number_of = users[0][0].number
    bounds = sorted({0}.union(*((bound.least, bound.most + 1) for bound, _ in users)))
    passing = [
        ~_joined(bit for bound, bit in users if not bound.least <= number <= bound.most) for number in (-1, *bounds)
    ]

    def answer(situation: Situation) -> int:
        number = number_of(situation)
        return passing[0 if number is None else bisect_right(bounds, number)]

    return ViewQuestion(_joined(bit for _, bit in users), answer)


def _groups(asked: Sequence[Asked], nowhere: Situation) -> list[_Alike]:
    """Return the campaigns that rules treat alike: first those about the latest prompts."""
    groups: dict[tuple[Rule, Hashable], _Alike] = {}
    for rule, prepared, bit in asked:
        if isinstance(rule.reads, Alike):
            key = rule, rule.reads.key(prepared.campaign, nowhere.site)
            counted = rule.reads.prompt_seconds
            seconds = FOREVER if counted is None else counted(nowhere.site)
            seconds = seconds if rule.judge(prepared, nowhere).passed else FOREVER
            known = groups.get(key) or _Alike(rule.judge, prepared, seconds, 0)
            groups[key] = known._replace(campaigns=known.campaigns | bit)
    return sorted(groups.values(), key=lambda group: group.seconds)


def _about_all(group: _Alike) -> ViewQuestion:
    """Return the question whether campaigns pass a rule that treats them alike."""
    judge, prepared, _, campaigns = group
    return ViewQuestion(campaigns, lambda situation: ALL if judge(prepared, situation).passed else ~campaigns)


def _about_prompts(groups: Sequence[_Alike]) -> ViewQuestion:
    """Return the question which campaigns pass the rules about the latest prompts. `groups`: by seconds."""
    seconds = [group.seconds for group in groups]

    def answer(situation: Situation) -> int:
        passing, reader = ALL, situation.reader
        if reader is not None and reader.prompted_at:
            silent_seconds = situation.now.instant - reader.prompted_at
            for judge, prepared, _, campaigns in groups[bisect_right(seconds, silent_seconds) :]:
                if passing & campaigns and not judge(prepared, situation).passed:
                    passing &= ~campaigns
        return passing

    return ViewQuestion(_joined(group.campaigns for group in groups), answer)


def _joined(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)
