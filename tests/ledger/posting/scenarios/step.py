"""A step of a scenario: facts, and the balances after posting them."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.stripe_facts.record_store import StoredFact
from tests.ledger.world import Lines


@dataclass(frozen=True, slots=True)
class Step:
    """Facts that arrive together, and every balance that is not zero afterwards."""

    facts: tuple[StoredFact, ...]
    balances: Lines


Scenarios = Mapping[str, tuple[Step, ...]]  # by name: the rules that it shows, a colon, and what happens


def step(*facts: StoredFact, **balances: int) -> Step:
    """Return a step; `a1100=945` is the balance of account 1100 in minor units, a debit positive."""
    return Step(facts, {code.removeprefix("a"): minor for code, minor in balances.items()})
