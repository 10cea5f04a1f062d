"""The posting rules: exact balances after every step of every scenario, and nothing posted twice."""

import pytest

from tests.ledger import make
from tests.ledger.posting.scenarios.by_rule import RED_CHECKS, SCENARIOS
from tests.ledger.posting.scenarios.charge import CHARGED
from tests.ledger.posting.scenarios.payout import PAID_OUT, RETURNED
from tests.ledger.world import Books


@pytest.mark.parametrize("name", SCENARIOS)
def test_balances_are_exact_after_each_step_and_repeats_post_nothing_more(books: Books, name: str) -> None:
    red: set[str] = set()
    for step in SCENARIOS[name]:
        books.record(*step.facts)

        assert books.balances() == step.balances
        red |= books.red({"EUR": step.balances.get("1100", 0)})

    assert red == RED_CHECKS.get(name, set())
    before = books.entries()
    reports = [books.record(*step.facts) for step in SCENARIOS[name]]
    assert books.entries() == before
    assert sum(report.posted for report in reports) == 0


def test_an_unknown_category_is_reported_as_unclassified(books: Books) -> None:
    report = books.record(make.transaction("txn_1", "anticipation_repayment", -120, "xx_1"))

    assert (report.posted, report.unclassified) == (1, 1)


@pytest.mark.parametrize("currency", ["JPY", "KWD", "ISK", "UGX", "HUF", "TWD"])
def test_each_settlement_currency_has_books_of_its_own(books: Books, currency: str) -> None:
    books.record(
        *CHARGED,
        make.charge("ch_2", 500_000, currency=currency),
        make.transaction("txn_2", "charge", 500_000, "ch_2", fee=12_300, currency=currency),
    )

    assert books.balances(currency) == {"1100": 487_700, "4100": -500_000, "5100": 12_300}
    assert books.balances() == {"1100": 945, "4100": -1000, "5100": 50, "5120": 5}


def test_a_repeated_fact_with_an_outdated_status_changes_nothing(books: Books) -> None:
    books.record(make.payout(status="failed"), PAID_OUT, RETURNED)

    books.record(make.payout(status="paid"), make.payout())

    assert books.balances() == {}
