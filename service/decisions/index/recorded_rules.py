"""Ask the rules about a campaign's own prompts only about campaigns whose prompts the reader has a record of.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from collections.abc import Sequence

from service.decisions.index.candidates import Candidate, is_indexed
from service.decisions.rules.rule import OwnRecord
from service.decisions.situation import Situation
from service.readers.reader import Reader


class RecordedRules:
    """The rules that read nothing of the reader but the record of the campaign.

    `unrecorded`: the campaigns that pass these rules for readers who have no record of them.
    """

    def __init__(self, candidates: Sequence[Candidate], without_history: Situation) -> None:
        """`without_history`: a situation without a reader's history, which stands for every reader without a record."""
        self.unrecorded = 0
        self._recorded_as: dict[int, int] = {}
        for place, candidate in enumerate(candidates):
            prepared, bit = candidate.prepared, 1 << place
            rules = [rule for rule in candidate.rules if isinstance(rule.reads, OwnRecord)]
            asked = [rule for rule in rules if is_indexed(rule, candidate)]
            if all(rule.judge(prepared, without_history).passed for rule in asked):
                self.unrecorded |= bit
            if asked:
                self._recorded_as[prepared.fingerprint] = self._recorded_as.get(prepared.fingerprint, 0) | bit

    def recorded(self, reader: Reader) -> int:
        """Return the campaigns that these rules must be asked about, because the reader has a record of them."""
        campaigns = 0
        for record in reader.prompts:
            campaigns |= self._recorded_as.get(record.campaign, 0)
        return campaigns
