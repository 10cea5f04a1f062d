"""The campaigns that the index narrows down, and which of their rules it asks.

A set of campaigns is a whole number: bit n stands for the nth campaign of the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.decisions.rules.rule import Measure, Prepared, Rule, Stage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A prepared campaign and the rules that it uses, in the order they are asked."""

    prepared: Prepared
    rules: tuple[Rule, ...]


def is_indexed(rule: Rule, candidate: Candidate) -> bool:
    """Return True if the rule need not be asked on each page view.

    A gate that matches decides even if an access rule fails, so these rules are asked last, about the gate alone.
    """
    campaign = candidate.prepared.campaign
    if campaign.gate is not None and rule.stage is Stage.ACCESS:
        return False
    return rule.reads.key(campaign) is not None if isinstance(rule.reads, Measure) else rule.reads is not None


def places(campaigns: int) -> Iterator[int]:
    """Return the places of the campaigns in the list, in order."""
    while campaigns:
        first = campaigns & -campaigns
        yield first.bit_length() - 1
        campaigns ^= first
