"""The list of rules in the order they are asked."""

from types import ModuleType

import pytest

from service.decisions.rules import articles, cool_off, frequency, goal, page, reader, schedule, supporters, switches
from service.decisions.rules.in_order import RULES
from service.decisions.rules.rule import Rule


@pytest.mark.parametrize(
    "module",
    [articles, cool_off, frequency, goal, page, reader, schedule, supporters, switches],
    ids=lambda m: m.__name__,
)
def test_every_rule_is_listed_once_and_found_by_its_name_in_traces(module: ModuleType) -> None:
    declared = {name: found for name, found in vars(module).items() if isinstance(found, Rule)}

    assert declared
    assert all(found.name == name for name, found in declared.items())
    assert all(RULES.count(found) == 1 for found in declared.values())


def test_no_two_rules_share_a_name() -> None:
    names = [listed.name for listed in RULES]

    assert len(names) == len(set(names))
