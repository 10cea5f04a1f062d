"""The campaigns that the index narrows down, and which of their rules it asks.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from dataclasses import dataclass

from service.decisions.rules.rule import Measure, OwnRecord, Prepared, Rule, Stage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prepared campaign and the rules that it uses, in the order they are asked."""

    prepared: Prepared
    rules: tuple[Rule, ...]


def is_indexed(rule: Rule, candidate: Candidate) -> bool:
    """Return True if the rule need not be asked on each page view, or only if the reader has a record of the campaign.

    A gate that matches decides even if an access rule fails, so these rules are asked last, about the gate alone.
    """
    campaign, reads = candidate.prepared.campaign, rule.reads
    if campaign.gate is not None and rule.stage is Stage.ACCESS:
        return False
    if isinstance(reads, OwnRecord):
        return reads.applies(campaign)
    return reads.key(campaign) is not None if isinstance(reads, Measure) else reads is not None


def places(campaigns: int) -> list[int]:
    """Return the places of the campaigns in the list, in order."""
    found = []
    while campaigns:
        first = campaigns & -campaigns
        found.append(first.bit_length() - 1)
        campaigns ^= first
    return found
