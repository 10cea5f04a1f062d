"""The commands for entries by a person and for standing rules, from the amount that waits to the closed month."""

from collections.abc import Callable

import pytest
from flask import Flask

from service.ledger.post_due import post_due
from service.services import Services
from service.stripe_facts.record_store import record_facts
from tests.conftest import NOW
from tests.ledger import make
from tests.ledger.world import UTC_ZONE

Run = Callable[..., str]
NORA = ("--by", "Nora", "--why", "a goodwill credit")


@pytest.fixture
def run(app: Flask, app_services: Services) -> Run:
    """Run a `ledger` command on books with two adjustments in suspense, and return what it prints."""
    with app_services.engine.begin() as connection:
        for number, amount in enumerate((500, 30_000), start=1):
            record_facts(connection, [make.transaction(f"txn_{number}", "other_adjustment", amount, None)], NOW)

    def invoke(*arguments: str, status: int = 0) -> str:
        result = app.test_cli_runner().invoke(args=["ledger", *arguments])
        assert result.exit_code == status, result.output
        return result.output

    with app_services.engine.begin() as connection:
        post_due(connection, UTC_ZONE, NOW)
    invoke("accounts", "add", "4950", "Other receipts")
    return invoke


def test_what_waits_is_listed_reclassified_and_explained(run: Run) -> None:
    listed = run("open-items")
    assert "9900 Suspense: unclassified Stripe movement: 2 open" in listed
    assert "-5.00 EUR  txn_1  since 2026-11-02  other_adjustment" in listed

    posted = run("reclassify", "txn_1", "--to", "4950", *NORA)
    explained = run("explain", "txn_1")

    assert posted.startswith(
        "Posted entry 3 2026-11-02: reclassify, debit 9900, credit 4950, 5.00 EUR, about txn_1 (men_"
    )
    assert "entry by a person men_" in explained
    assert "why a goodwill credit" in explained
    assert "posted by Nora at 2026-11-18T10:30:00Z" in explained
    assert "credit           5.00 EUR  4950 Other receipts" in explained
    assert explained == run("explain", posted.rpartition("(")[2].rstrip(")\n"))


def test_an_entry_above_the_limit_is_approved_by_another_person(run: Run) -> None:
    waiting = run("reclassify", "txn_2", "--to", "4950", *NORA)
    approval = waiting.splitlines()[1].partition("ledger ")[2].replace("NAME", "Omar").split()

    assert waiting.startswith("Waits for a second person: 2026-11-02: reclassify")
    assert "proposed by Nora: a goodwill credit; waits for a second person" in run("entries", "--waiting")
    assert run(*approval).startswith("Posted entry 3")
    assert "There are none." in run("entries", "--waiting")
    assert "posted by Omar" in run("entries")


def test_many_entries_are_approved_at_once(run: Run, app_services: Services) -> None:
    with app_services.engine.begin() as connection:
        for number in range(3, 8):
            record_facts(connection, [make.transaction(f"txn_{number}", "other_adjustment", 200, None)], NOW)
        post_due(connection, UTC_ZONE, NOW)

    waiting = run("reclassify", "--category", "other_adjustment", "--to", "4950", *NORA)

    assert waiting.endswith("Another person approves with: flask --app wsgi ledger approve --all --by NAME\n")
    assert "Nora proposed men_" in run("approve", "--all", "--by", "Nora", status=1)
    assert run("approve", "--all", "--by", "Omar").count("Posted entry") == 7
    assert "9900 Suspense: unclassified Stripe movement: 0 open" in run("open-items")
    assert run("approve", "--all", "--by", "Omar") == ""
    assert "Name the entries by their ids, or all that wait" in run("approve", "--by", "Omar", status=2)


def test_an_entry_of_any_lines_is_posted_reversed_and_refused(run: Run) -> None:
    run("accounts", "add", "5900", "Other costs")
    entered = run("enter", "--debit", "5900=2.50", "--credit", "1210=2.5", "--currency", "EUR", *NORA)
    manual_id = entered.rpartition("(")[2].rstrip(")\n")

    assert "reverse, debit 1210, credit 5900, 2.50 EUR" in run("reverse", manual_id, *NORA)
    assert "was reversed by" in run("reverse", manual_id, *NORA, status=1)
    big = run("enter", "--debit", "5900=500", "--credit", "1210=500", "--currency", "EUR", *NORA)
    big_id = big.splitlines()[0].rpartition("(")[2].rstrip(")\n")
    assert run("refuse", big_id, *NORA) == f"{big_id} is refused.\n"
    assert "refused by Nora" in run("refuse", big_id, *NORA, status=1)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("reclassify", "--to", "4950", *NORA), 2, "Name the items by their ids, or all of a category"),
        (("reclassify", "txn_1", "--category", "x", "--to", "4950", *NORA), 2, "Name the items by their ids"),
        (("reclassify", "txn_1", "--to", "4951", *NORA), 1, "Nothing was posted: 4951 is not an account"),
        (("enter", "--debit", "5110=1", "--currency", "EUR", *NORA), 2, "at least a --debit and a --credit"),
        (("enter", "--debit", "5110", "--credit", "1210=1", "--currency", "EUR", *NORA), 1, " is not an amount in EUR"),
        (("approve", "men_x", "--by", "Omar"), 1, "Nothing was posted: there is no entry men_x"),
        (("accounts", "add", "4100", "Anything"), 1, "Not added: 4100 is Contributions one-off already"),
        (("rules", "send", "fee", "--to", "4950", *NORA), 1, "Nothing was changed: a posting rule posts fee"),
        (("rules", "end", "transfer", *NORA), 1, "Nothing was changed: no rule sends transfer anywhere"),
    ],
)
def test_bad_input_is_refused_in_words(run: Run, arguments: tuple[str, ...], status: int, said: str) -> None:
    assert said in run(*arguments, status=status)


def test_a_rule_says_how_to_move_what_came_before_it(run: Run) -> None:
    said = run("rules", "send", "other_adjustment", "--to", "4950", *NORA)

    assert "What is posted after entry 2 of the category other_adjustment goes to 4950." in said
    assert "2 earlier ones are still open. To move them: flask --app wsgi ledger reclassify --category" in said
    assert "after entry 2  other_adjustment goes to 4950  (Nora: a goodwill credit)" in run("rules", "list")
    run("rules", "end", "other_adjustment", *NORA)
    assert "other_adjustment has no rule" in run("rules", "list")
    assert "4950  income         Other receipts" in run("accounts", "list")
