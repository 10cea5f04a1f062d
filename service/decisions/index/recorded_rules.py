"""Ask the rules about a campaign's own prompts only about campaigns whose prompts the reader met lately.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from collections.abc import Sequence

from service.decisions.index.candidates import Candidate, is_indexed
from service.decisions.rules.rule import OwnRecord
from service.decisions.situation import Situation


class RecordedRules:
    """The rules that read nothing of the reader but the record of the campaign.

    `unrecorded`: the campaigns that pass these rules for readers whose record has no event that still counts.
    `_recorded_as`: by fingerprint, the campaign, and for how many seconds its events count.
    """

    def __init__(self, candidates: Sequence[Candidate], without_history: Situation) -> None:
        """`without_history`: a situation without a reader's history, which stands for every reader without a record."""
        self.unrecorded = 0
        self._recorded_as: dict[int, tuple[int, int]] = {}
        for place, candidate in enumerate(candidates):
            prepared, bit = candidate.prepared, 1 << place
            asked = [
                (rule.judge, rule.reads)
                for rule in candidate.rules
                if isinstance(rule.reads, OwnRecord) and is_indexed(rule, candidate)
            ]
            if all(judge(prepared, without_history).passed for judge, _ in asked):
                self.unrecorded |= bit
            longest = max([reads.seconds(prepared.campaign) for _, reads in asked], default=0)
            others, seconds = self._recorded_as.get(prepared.fingerprint, (0, 0))
            self._recorded_as[prepared.fingerprint] = others | bit, max(seconds, longest)

    def recorded(self, situation: Situation) -> tuple[int, int]:
        """Return the campaigns that these rules must be asked about, and the seconds since the last event of a prompt.

        Without an event, these are the seconds since 1970.
        """
        campaigns = latest = 0
        now = situation.now.instant
        for record in situation.reader.prompts if situation.reader is not None else ():
            at = record.dismissed_at
            if record.seen_at and record.seen_at[-1] > at:
                at = record.seen_at[-1]
            if at > latest:
                latest = at
            own = self._recorded_as.get(record.campaign)
            if own is not None and now - at < own[1]:
                campaigns |= own[0]
        return campaigns, now - latest
