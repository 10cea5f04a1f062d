"""Any id leads to the objects, balance transactions, entries and events behind it."""

import pytest

from service.ledger.explain.explaining import explain
from service.ledger.explain.explanation import LedgerExplanation, explanation_lines
from service.ledger.payouts.tying import record_tie
from tests.ledger import make
from tests.ledger.world import NOW, Books

CHARGE_LINE = make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5)


@pytest.fixture
def posted(books: Books) -> Books:
    books.record(
        make.charge(bt="txn_1"),
        CHARGE_LINE,
        make.refund(bt="txn_2"),
        make.transaction("txn_2", "refund", -1000, "re_1", hours=1),
        make.charge("ch_2"),
        make.transaction("txn_3", "charge", 500, "ch_2", hours=2),
        make.payout(amount=945),
    )
    with books.engine.begin() as connection:
        record_tie(connection, "po_1", [CHARGE_LINE], NOW)
    return books


def explained(books: Books, wanted: str) -> LedgerExplanation:
    with books.engine.connect() as connection:
        return explain(connection, wanted)


@pytest.mark.parametrize("wanted", ["1", "bt:txn_1", "txn_1", "ch_1", "re_1", "bt:txn_2", "txn_2"])
def test_every_id_of_a_payment_leads_to_all_of_it(posted: Books, wanted: str) -> None:
    explanation = explained(posted, wanted)

    assert {shown.id for shown in explanation.objects} == {"ch_1", "re_1", "txn_1", "txn_2"}
    assert [entry.key for entry in explanation.entries] == ["bt:txn_1", "bt:txn_2"]


def test_a_contribution_leads_to_all_its_charges(posted: Books) -> None:
    assert {entry.key for entry in explained(posted, "ctb_1").entries} == {"bt:txn_1", "bt:txn_2", "bt:txn_3"}


@pytest.mark.parametrize("wanted", ["ch_9", "99999999999999999999", "0", "", "' OR 1=1", "bt:nothing"])
def test_an_unknown_id_leads_nowhere(posted: Books, wanted: str) -> None:
    assert not explained(posted, wanted)


def test_an_explanation_reads_as_text(posted: Books) -> None:
    lines = list(explanation_lines(explained(posted, "txn_1")))

    assert "charge ch_1" in lines
    assert "  debit            9.45 EUR  1100 Stripe balance" in lines
    assert "  credit          10.00 EUR  4100 Contributions one-off" in lines
    assert any("fee tax 5 EUR, payout po_1" in line for line in lines)
