"""Saving facts: repeats change nothing, stale facts are ignored, and known links stay."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import Connection, Engine, Table, func, select

from service.money import Interval
from service.stripe_facts.query_store import (
    charges_by_id,
    disputes_by_id,
    payouts_by_id,
    refunds_by_charge,
    refunds_by_id,
    transactions_by_id,
    transactions_by_source,
    transitions_of,
)
from service.stripe_facts.record_store import StoredFact, record_balance_transactions, record_facts
from service.stripe_facts.tables_store import (
    balance_transaction_fees,
    balance_transactions,
    charges,
    invoice_payments,
    invoices,
    posting_queue,
)
from service.stripe_gateway.facts import Invoice, InvoicePayment
from tests.ledger import make
from tests.ledger.world import NOW

LATER = NOW + timedelta(hours=1)


def count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_fact_is_read_as_it_was_saved(engine: Engine) -> None:
    charge = make.charge(bt="txn_1", interval=Interval.YEAR)
    refund = make.refund(bt="txn_2")
    dispute = make.dispute(bts=("txn_3", "txn_4"))
    payout = make.payout()
    transaction = make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5)

    with engine.begin() as connection:
        record_facts(connection, (charge, refund, dispute, payout, transaction), NOW)

        assert charges_by_id(connection, ["ch_1", "ch_2"]) == {"ch_1": charge}
        assert refunds_by_id(connection, ["re_1"]) == {"re_1": refund}
        assert refunds_by_charge(connection, ["ch_1"]) == {"ch_1": [refund]}
        assert disputes_by_id(connection, ["dp_1"]) == {"dp_1": dispute}
        assert payouts_by_id(connection, ["po_1"]) == {"po_1": payout}
        assert transactions_by_id(connection, ["txn_1"]) == {"txn_1": transaction}
        assert transactions_by_source(connection, ["ch_1"]) == {"ch_1": [transaction]}


@pytest.mark.parametrize(
    "fact",
    [
        make.charge(),
        make.refund(),
        make.dispute(),
        make.payout(),
        make.transaction("txn_1", "fee", -5, None, tax=1, fee=1),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_repeat_changes_nothing_and_queues_nothing(engine: Engine, fact: StoredFact) -> None:
    with engine.begin() as connection:
        record_facts(connection, [fact], NOW)
        queued = count(connection, posting_queue)

        record_facts(connection, [fact], LATER)

        assert (count(connection, posting_queue), queued) == (1, 1)


@pytest.mark.parametrize(
    ("newer", "stale"),
    [
        (make.charge(), make.charge(status="pending")),
        (make.charge(status="failed"), make.charge()),
        (make.refund(status="failed"), make.refund()),
        (make.refund(), make.refund(status="pending")),
        (make.dispute(status="lost"), make.dispute(status="under_review")),
        (make.dispute(status="won", bts=("a", "b")), make.dispute(status="lost", bts=("a",))),
        (make.payout(status="failed"), make.payout(status="paid")),
        (make.payout(status="paid"), make.payout()),
    ],
    ids=lambda fact: f"{fact.id} {fact.status}",
)
def test_a_stale_fact_does_not_replace_a_newer_one(engine: Engine, newer: StoredFact, stale: StoredFact) -> None:
    with engine.begin() as connection:
        record_facts(connection, [newer], NOW)
        record_facts(connection, [stale], LATER)

        readers = (charges_by_id, refunds_by_id, disputes_by_id, payouts_by_id)
        found = [fact for read in readers for fact in read(connection, [newer.id]).values()]
        assert found == [newer]


@pytest.mark.parametrize("order", list(permutations(("pending", "succeeded", "failed"))), ids=" ".join)
def test_several_facts_about_an_object_are_saved_at_once(engine: Engine, order: tuple[str, ...]) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.charge(id_, status=status) for status in order for id_ in ("ch_1", "ch_2")], NOW)

        found = charges_by_id(connection, ["ch_1", "ch_2"])
        assert [found[id_].status for id_ in ("ch_1", "ch_2")] == ["failed", "failed"]


def test_a_known_link_is_kept(engine: Engine) -> None:
    known = replace(make.charge(bt="txn_1"), payment_intent_id="pi_1", invoice_id="in_1", subscription_id="sub_1")
    bare = make.charge(interval=None)

    with engine.begin() as connection:
        record_facts(connection, [known], NOW)
        record_facts(connection, [bare], LATER)

        assert charges_by_id(connection, ["ch_1"]) == {"ch_1": known}


def test_a_status_change_is_saved_with_its_time(engine: Engine) -> None:
    with engine.begin() as connection:
        record_facts(connection, [make.charge(status="pending", interval=None)], NOW)
        record_facts(connection, [make.charge()], LATER, {"ch_1": make.at(5)})
        record_facts(connection, [make.dispute(status="lost")], NOW)
        record_facts(connection, [make.payout(status="paid")], NOW, {"po_1": make.at(7)})
        record_facts(connection, [make.payout(status="failed")], LATER)

        assert transitions_of(connection, ["ch_1", "dp_1", "po_1"]) == {
            "ch_1": {"succeeded": make.at(5), "matched": make.at(5)},
            "dp_1": {"lost": NOW},
            "po_1": {"paid": make.at(7)},
        }


def test_a_balance_transaction_changes_only_to_available(engine: Engine) -> None:
    first = make.transaction("txn_1", "charge", 1000, "ch_1", fee=55, tax=5)
    available = replace(first, status="available")

    with engine.begin() as connection:
        record_balance_transactions(connection, [first, first], NOW)
        record_balance_transactions(connection, [available, first], LATER)
        record_balance_transactions(connection, [replace(first, amount_minor=1)], LATER)
        record_balance_transactions(connection, [], LATER)

        assert transactions_by_id(connection, ["txn_1"]) == {"txn_1": available}
        assert count(connection, balance_transactions) == 1
        assert count(connection, balance_transaction_fees) == 2


def test_an_invoice_is_saved_with_its_payments(engine: Engine) -> None:
    payment = InvoicePayment("inpay_1", "in_1", "paid", 900, 900, "EUR", payment_intent_id="pi_1", paid_at=NOW)
    invoice = Invoice(
        id="in_1",
        status="paid",
        total_minor=900,
        amount_due_minor=900,
        amount_paid_minor=900,
        amount_remaining_minor=0,
        currency="EUR",
        created_at=NOW,
        is_livemode=True,
        contribution=make.mark(Interval.MONTH),
        hosted_invoice_url="https://invoice.example/secret",
        payments=(payment,),
    )

    with engine.begin() as connection:
        record_facts(connection, [invoice], NOW)
        record_facts(connection, [replace(invoice, status="open")], LATER)

        (stored,) = connection.execute(select(invoices)).mappings()
        assert (stored["status"], stored["interval"], stored["contribution_id"]) == ("paid", "month", "ctb_1")
        assert count(connection, invoice_payments) == 1


def test_no_fact_table_has_a_column_for_personal_data() -> None:
    personal = ("email", "name", "phone", "address", "postal", "contributor")

    columns = [
        column.name for table in charges.metadata.tables.values() if "status_rank" in table.c for column in table.c
    ]

    assert [name for name in columns if any(word in name for word in personal)] == []
