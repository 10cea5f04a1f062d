"""Compare a number of a page view with the bounds of many campaigns at once.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Sequence
from itertools import accumulate
from operator import or_

from service.decisions.index.candidates import Candidate, is_indexed
from service.decisions.rules.rule import Measure, Prepared, Rule
from service.decisions.situation import Situation


class MeasuredRule:
    """Campaigns that a rule compares with the same number.

    The bounds are sorted. `_reached[n]`: the campaigns whose least is among the n smallest, or that have none.
    `_passed_by[n]`: the campaigns whose most is among the n smallest.
    """

    def __init__(
        self, measure: Measure, prepared: Prepared, bounded: Sequence[tuple[int, int | None, int | None]]
    ) -> None:
        """`bounded`: the bit of each campaign, its least and its most. `prepared`: any of the campaigns."""
        self._number: Callable[[Prepared, Situation], int | None] = measure.number
        self._prepared = prepared
        least = sorted((least, bit) for bit, least, _ in bounded if least is not None)
        most = sorted((most, bit) for bit, _, most in bounded if most is not None)
        self.campaigns = sum(bit for bit, *_ in bounded)
        unbounded_below = sum(bit for bit, least, _ in bounded if least is None)
        self._least, self._most = [bound for bound, _ in least], [bound for bound, _ in most]
        self._reached = list(accumulate((bit for _, bit in least), or_, initial=unbounded_below))
        self._passed_by = list(accumulate((bit for _, bit in most), or_, initial=0))

    def passing(self, situation: Situation) -> int:
        """Return the campaigns whose bounds the number is within."""
        number = self._number(self._prepared, situation)
        if number is None:
            return 0
        return self._reached[bisect_right(self._least, number)] & ~self._passed_by[bisect_left(self._most, number)]


def measured_rules(candidates: Sequence[Candidate]) -> list[MeasuredRule]:
    """Return the rules that compare a number with bounds, with the campaigns that use them."""
    bounded: dict[tuple[Rule, Hashable], list[int]] = {}
    for place, candidate in enumerate(candidates):
        for rule in candidate.rules:
            if isinstance(rule.reads, Measure) and is_indexed(rule, candidate):
                bounded.setdefault((rule, rule.reads.key(candidate.prepared.campaign)), []).append(place)
    return [
        MeasuredRule(
            rule.reads,
            candidates[places[0]].prepared,
            [(1 << place, *rule.reads.bounds(candidates[place].prepared.campaign)) for place in places],
        )
        for (rule, _), places in bounded.items()
        if isinstance(rule.reads, Measure)
    ]
