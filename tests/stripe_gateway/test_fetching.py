"""Fetching an object with its dependencies, even if Stripe expands nothing, and translating Stripe's errors."""

from typing import Any

import pytest

from service.errors import DomainError, StripeRefusedError, StripeUnavailableError
from service.stripe_gateway.facts import Charge, Customer, Invoice, InvoicePayment, PaymentIntent
from service.stripe_gateway.fetched import PayoutMembers
from service.stripe_gateway.objects import ObjectRef, ObjectType
from service.stripe_gateway.transport import API_VERSION, StripeObjectMissingError
from tests.stripe_gateway.scripted import (
    AT,
    MARK,
    balance_transaction,
    charge,
    intent,
    invoice,
    invoice_payment,
    scripted_stripe,
    subscription,
)

CHARGE = ObjectRef(ObjectType.CHARGE, "ch_1")
INVOICE = ObjectRef(ObjectType.INVOICE, "in_1")


def renewal(**changes: Any) -> dict[str, Any]:
    """Return the answers for a paid renewal and all objects it depends on, by path."""
    return {
        "charges/ch_1": charge(),
        "payment_intents/pi_1": intent(),
        "balance_transactions/txn_1": balance_transaction(),
        "invoices/in_1": invoice(),
        "invoice_payments": [invoice_payment()],
        "subscriptions/sub_1": subscription(),
        **changes,
    }


def test_the_charge_of_a_renewal_gets_its_mark_from_the_invoice() -> None:
    with scripted_stripe(**renewal()) as (_, gateway):
        found = {type(fact): fact for fact in gateway.fetch(CHARGE)}

    paid = found[Charge]
    assert isinstance(paid, Charge)
    assert (paid.invoice_id, paid.subscription_id) == ("in_1", "sub_1")
    assert paid.contribution is not None
    assert paid.contribution.contribution_id == "ctb_1"


def test_an_invoice_without_a_mark_gets_it_from_its_subscription() -> None:
    bare = invoice(parent={"subscription_details": {"subscription": "sub_1", "metadata": {}}})
    with scripted_stripe(**renewal(**{"invoices/in_1": bare})) as (_, gateway):
        found = [fact for fact in gateway.fetch(INVOICE) if isinstance(fact, Invoice)]

    assert all(fact.contribution is not None for fact in found)


def test_two_payments_of_one_invoice_are_two_charges() -> None:
    both = [invoice_payment(amount_paid=600), invoice_payment("inpay_2", "pi_2", amount_paid=400)]
    answers = renewal(
        **{
            "invoices/in_1": invoice(payments={"data": both}),
            "payment_intents/pi_2": intent(id="pi_2", latest_charge="ch_2"),
            "charges/ch_2": charge(id="ch_2", payment_intent="pi_2", balance_transaction="txn_2"),
            "balance_transactions/txn_2": balance_transaction(id="txn_2", source="ch_2"),
        }
    )
    with scripted_stripe(**answers) as (_, gateway):
        facts = gateway.fetch(INVOICE)

    assert {fact.id for fact in facts if isinstance(fact, Charge)} == {"ch_1", "ch_2"}
    assert {fact.amount_paid_minor for fact in facts if isinstance(fact, InvoicePayment)} == {600, 400}


@pytest.mark.parametrize(
    "changes",
    [
        {"total": 0, "amount_due": 0, "amount_paid": 0, "payments": {"data": []}},
        {"amount_paid_off_stripe": 1000, "payments": {"data": []}},
        {"payments": {"data": [invoice_payment(payment={"type": "payment_record", "payment_record": "prec_1"})]}},
    ],
    ids=["zero", "off Stripe", "payment record"],
)
def test_an_invoice_without_a_charge_is_still_fetched(changes: dict[str, Any]) -> None:
    with scripted_stripe(**renewal(**{"invoices/in_1": invoice(**changes), "invoice_payments": []})) as (_, gateway):
        facts = gateway.fetch(INVOICE)

    assert any(isinstance(fact, Invoice) for fact in facts)
    assert not any(isinstance(fact, Charge) for fact in facts)


@pytest.mark.parametrize("named", [{"payment_intent": "pi_1"}, {"charge": "ch_1"}], ids=lambda names: next(iter(names)))
def test_an_older_invoice_that_names_its_payment_leads_to_the_charge(named: dict[str, str]) -> None:
    older = invoice(payments=None, subscription="sub_1", **named)
    with scripted_stripe(**renewal(**{"invoices/in_1": older, "invoice_payments": []})) as (_, gateway):
        found = [fact for fact in gateway.fetch(INVOICE) if isinstance(fact, Charge)]

    assert [(fact.id, fact.invoice_id, fact.contribution is not None) for fact in found] == [("ch_1", "in_1", True)]


def test_a_charge_without_a_balance_transaction_is_still_fetched() -> None:
    early = charge(balance_transaction=None, metadata=MARK)
    with scripted_stripe(**{"charges/ch_1": early}) as (_, gateway):
        (fact,) = gateway.fetch(CHARGE)

    assert isinstance(fact, Charge)
    assert fact.balance_transaction_id is None


def test_an_intent_that_failed_has_no_charge_to_fetch() -> None:
    failed = intent(status="requires_payment_method", latest_charge=None, metadata=MARK)
    with scripted_stripe(**{"payment_intents/pi_1": failed}) as (_, gateway):
        (fact,) = gateway.fetch(ObjectRef(ObjectType.PAYMENT_INTENT, "pi_1"))

    assert isinstance(fact, PaymentIntent)


def test_a_charge_that_is_not_ours_has_no_mark() -> None:
    answers = renewal(**{"invoice_payments": [], "charges/ch_1": charge(metadata={"order": "7"})})
    with scripted_stripe(**answers) as (_, gateway):
        charges = [fact for fact in gateway.fetch(CHARGE) if isinstance(fact, Charge)]

    assert [fact.contribution for fact in charges] == [None]


def test_a_mark_of_an_unknown_version_is_ignored() -> None:
    strange = charge(metadata={**MARK, "keepopen_schema": "2"}, payment_intent=None)
    with scripted_stripe(**renewal(**{"charges/ch_1": strange})) as (_, gateway):
        charges = [fact for fact in gateway.fetch(CHARGE) if isinstance(fact, Charge)]

    assert [fact.contribution for fact in charges] == [None]


def test_a_payout_includes_the_return_of_an_earlier_payout_but_not_its_own_transaction() -> None:
    own = balance_transaction(id="txn_own", amount=-1460, fee=0, net=-1460, type="payout", source="po_2")
    returned = balance_transaction(id="txn_back", amount=500, fee=0, net=500, type="payout_failure", source="po_1")
    payout = {
        "id": "po_2", "object": "payout", "status": "paid", "amount": 1460, "currency": "eur", "created": AT,
        "arrival_date": AT, "automatic": True, "livemode": False, "method": "standard",
        "reconciliation_status": "completed", "balance_transaction": own,
    }  # fmt: skip
    answers = {"payouts/po_2": payout, "balance_transactions": [own, balance_transaction(), returned]}
    with scripted_stripe(**answers) as (_, gateway):
        facts = gateway.fetch(ObjectRef(ObjectType.PAYOUT, "po_2"))

    (members,) = [fact for fact in facts if isinstance(fact, PayoutMembers)]
    assert [transaction.id for transaction in members.transactions] == ["txn_1", "txn_back"]
    assert sum(transaction.net_minor for transaction in members.transactions) == 1460


@pytest.mark.parametrize("changes", [{"automatic": False}, {"method": "instant"}])
def test_a_payout_that_stripe_lists_no_transactions_of_has_no_members(changes: dict[str, Any]) -> None:
    payout = {
        "id": "po_2", "object": "payout", "status": "paid", "amount": 1460, "currency": "eur", "created": AT,
        "arrival_date": AT, "automatic": True, "livemode": False, "method": "standard", **changes,
    }  # fmt: skip
    with scripted_stripe(**{"payouts/po_2": payout}) as (_, gateway):
        facts = gateway.fetch(ObjectRef(ObjectType.PAYOUT, "po_2"))

    assert [fact for fact in facts if isinstance(fact, PayoutMembers)] == [PayoutMembers("po_2", ())]


def test_a_deleted_customer_is_marked_as_deleted() -> None:
    with scripted_stripe(**{"customers/cus_1": {"id": "cus_1", "object": "customer", "deleted": True}}) as (_, gateway):
        (fact,) = gateway.fetch(ObjectRef(ObjectType.CUSTOMER, "cus_1"))

    assert isinstance(fact, Customer)
    assert fact.is_deleted


def test_every_request_names_the_pinned_version() -> None:
    with scripted_stripe(**renewal()) as (script, gateway):
        gateway.fetch(CHARGE)

    assert {headers["stripe-version"] for headers in script.headers} == {API_VERSION}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((404, {"error": {"code": "resource_missing"}}), StripeObjectMissingError),
        ((400, {"error": {"type": "invalid_request_error"}}), StripeRefusedError),
        ((401, {"error": {"type": "invalid_request_error"}}), StripeRefusedError),
        ((403, {"error": {"type": "invalid_request_error"}}), StripeRefusedError),
        ((429, {"error": {"type": "rate_limit_error"}}), StripeUnavailableError),
        ((200, "<html>not json"), StripeUnavailableError),
    ],
)
def test_errors_of_stripe_become_errors_of_ours(answer: Any, error: type[Exception]) -> None:
    with scripted_stripe(**{"charges/ch_1": answer}) as (_, gateway), pytest.raises(error) as raised:
        gateway.fetch(CHARGE)

    assert "sk_test" not in str(raised.value)


def test_an_unreadable_object_raises_an_error_that_names_the_field() -> None:
    broken = charge(metadata=MARK, currency=None)
    answers = renewal(**{"charges/ch_1": broken})
    with scripted_stripe(**answers) as (_, gateway), pytest.raises(DomainError, match="charge has no currency"):
        gateway.fetch(CHARGE)


def test_a_refused_connection_means_stripe_is_unavailable() -> None:
    with scripted_stripe() as (_, gateway):
        pass
    with pytest.raises(StripeUnavailableError):
        gateway.fetch(CHARGE)
