"""Ask in advance the rules that compare facts of a page view with the names in campaigns.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from collections.abc import Hashable, Sequence

from service.decisions.index.candidates import Candidate, is_indexed
from service.decisions.rules.rule import NamedFact, Prepared, Rule
from service.decisions.situation import Situation

_Changes = dict[Hashable, int]


class NamedRules:
    """The answers of rules for all campaigns: for a view with none of their names, and what each name changes.

    The answers of all rules are one number: those of the nth rule begin at bit n x the number of campaigns.
    """

    def __init__(self, candidates: Sequence[Candidate], rules: Sequence[Rule], nowhere: Situation) -> None:
        self._shifts = [number * len(candidates) for number in range(len(rules))]
        self._otherwise = (1 << len(candidates) * len(rules)) - 1
        changes: dict[NamedFact, _Changes] = {}
        for shift, rule in zip(self._shifts, rules, strict=True):
            for place, candidate in enumerate(candidates):
                if rule in candidate.rules and is_indexed(rule, candidate):
                    self._ask(rule, candidate.prepared, nowhere, 1 << shift + place, changes)
        used = [(fact, own) for fact, own in changes.items() if own]
        self._of_page = [(fact.of_page, own.get) for fact, own in used if fact.of_page is not None]
        self._of_visit = [(fact.of_visit, own.get) for fact, own in used if fact.of_visit is not None]
        others = [(fact, own) for fact, own in used if fact.of_page is None and fact.of_visit is None]
        self._single = [(fact.value, own.get) for fact, own in others if not fact.has_many]
        self._many = [(fact.value, own) for fact, own in others if fact.has_many]

    def passing(self, situation: Situation) -> int:
        """Return the campaigns that pass every rule."""
        page, visit = situation.page, situation.visit
        changed = 0
        for field, change_by in self._of_page:
            changed |= change_by(page[field], 0)
        for field, change_by in self._of_visit:
            changed |= change_by(visit[field], 0)
        for value_in, change_by in self._single:
            changed |= change_by(value_in(situation), 0)
        for values_in, changes in self._many:
            for value in values_in(situation):
                if value in changes:
                    changed |= changes[value]
        answers = self._otherwise ^ changed
        campaigns = -1
        for shift in self._shifts:
            campaigns &= answers >> shift
        return campaigns

    def _ask(
        self, rule: Rule, prepared: Prepared, nowhere: Situation, bit: int, changes: dict[NamedFact, _Changes]
    ) -> None:
        """Note the answer for a view with no name, and each name that changes it."""
        passes = rule.judge(prepared, nowhere).passed
        if not passes:
            self._otherwise &= ~bit
        facts: tuple[NamedFact, ...] = rule.reads if isinstance(rule.reads, tuple) else ()
        for fact in facts:
            own = changes.setdefault(fact, {})
            for name in fact.named(prepared.campaign, nowhere.site):
                if rule.judge(prepared, fact.put(nowhere, name)).passed is not passes:
                    own[name] = own.get(name, 0) | bit
