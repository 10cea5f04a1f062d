"""The posting rules have the same numbers in docs/money.md, in the code and in the scenarios of the tests."""

import re
from pathlib import Path

import service.ledger.posting
from service.ledger import entries
from tests.ledger.posting.scenarios.by_rule import SCENARIOS

PAGE = (Path(__file__).parents[3] / "docs" / "money.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("\n## Posting rules\n")[2].partition("\n## ")[0]
BY_PERSONS = {"21", "22"}  # a person decides these, so no facts alone lead to them
RULES = list(dict.fromkeys(re.findall(r"^\| (\d+[a-c]?) \| ", SECTION, re.MULTILINE)))
SOURCES = [*Path(service.ledger.posting.__file__).parent.glob("*.py"), Path(entries.__file__)]


def test_the_page_lists_the_rules_1_to_22_in_order() -> None:
    numbers = dict.fromkeys(int(rule.rstrip("abc")) for rule in RULES)

    assert list(numbers) == list(range(1, 23))


def test_every_rule_has_a_scenario_and_every_scenario_names_rules_of_the_page() -> None:
    shown = {rule for name in SCENARIOS for rule in name.partition(":")[0].split(", ")}

    assert shown == set(RULES) - BY_PERSONS


def test_every_rule_that_the_code_names_is_on_the_page() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    named = set(re.findall(r"\brules? (\d+[a-c]?)", text))

    assert len(named) > 15
    assert named <= set(RULES)
