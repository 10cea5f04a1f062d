"""Fetch an object and the objects that it depends on, as facts. A fact comes after the facts that it depends on.

Related objects are requested by expansion. If an answer holds only the id of a related object, it is fetched by itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import stripe

from service.stripe_gateway.contributor_fetching import ContributorFetcher, Facts
from service.stripe_gateway.events import read_event
from service.stripe_gateway.facts import BalanceTransaction, Charge, ContributionMark, PaymentIntent, Subscription
from service.stripe_gateway.fetched import Fact, FraudWarning, PayoutMembers, lists_transactions
from service.stripe_gateway.fields import (
    StripeJson,
    UnreadableObjectError,
    is_set,
    part,
    reference,
    required_instant,
    required_text,
    rows,
)
from service.stripe_gateway.marks import read_mark
from service.stripe_gateway.objects import ObjectRef, ObjectType
from service.stripe_gateway.payment_origin import PaymentOrigin, billed_mark, origin_from_invoice
from service.stripe_gateway.read_billing import read_invoice, read_invoice_payment, read_session
from service.stripe_gateway.read_money import (
    read_balance_transaction,
    read_charge,
    read_dispute,
    read_payment_intent,
    read_payout,
    read_refund,
)
from service.stripe_gateway.transport import StripeObjectMissingError, stripe_errors_translated, unless_missing


def fetch_facts(client: stripe.StripeClient, ref: ObjectRef) -> tuple[Fact, ...]:
    """Return the facts of an object and of those it depends on, without repeats. Dependencies come first."""
    fetcher = ObjectFetcher(client)
    with stripe_errors_translated():
        found = tuple(fetcher.fetch(ref))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class ObjectFetcher(ContributorFetcher):
    """Fetches objects of every kind with one client. It keeps nothing between calls."""

    def fetch(self, ref: ObjectRef) -> Facts:
        """Yield the facts of one object and of those it depends on."""
        by_type: dict[ObjectType, Callable[[str], Facts]] = {
            ObjectType.BALANCE_TRANSACTION: self.fetch_balance_transaction,
            ObjectType.CHARGE: self.fetch_charge_with_refunds,
            ObjectType.CHECKOUT_SESSION: self.fetch_session,
            ObjectType.CUSTOMER: self.fetch_customer,
            ObjectType.DISPUTE: self.fetch_dispute,
            ObjectType.EARLY_FRAUD_WARNING: self.fetch_early_fraud_warning,
            ObjectType.EVENT: self.fetch_event,
            ObjectType.INVOICE: self.fetch_invoice,
            ObjectType.INVOICE_PAYMENT: self.fetch_invoice_payment,
            ObjectType.MANDATE: self.fetch_mandate,
            ObjectType.PAYMENT_INTENT: self.fetch_payment_intent,
            ObjectType.PAYOUT: self.fetch_payout,
            ObjectType.REFUND: self.fetch_refund,
            ObjectType.REVIEW: self.fetch_review,
            ObjectType.SUBSCRIPTION: self.fetch_subscription,
        }
        return by_type[ref.type](ref.id)

    def fetch_charge(self, found: Any, origin: PaymentOrigin | None = None) -> Facts:
        """Yield a charge (an id or the object itself) with its balance transactions, payment intent and origin.

        `origin` is given if the caller fetches what the charge pays. Otherwise the invoice or the session is looked up.
        """
        expand = ("balance_transaction", "failure_balance_transaction", "payment_intent")
        data = self.resolved("charges", found, expand)
        yield from self.fetch_balance_transaction(data.get("balance_transaction"))
        yield from self.fetch_balance_transaction(data.get("failure_balance_transaction"))
        intent, intent_id = part(data, "payment_intent"), reference(data, "payment_intent")
        mark = read_mark(part(data, "metadata"))
        if origin is None and mark is None and intent_id is not None and not intent:
            intent = self.get("payment_intents", intent_id)
        mark = mark or read_mark(part(intent, "metadata"))
        if origin is None and intent_id is not None:
            origin, facts = self._origin_of_intent({**data, "id": intent_id}, mark)
            yield from facts
        elif origin is None:
            yield from self._customer_of(data)
        origin = origin or PaymentOrigin()
        if intent:
            yield read_payment_intent(intent, mark or origin.mark)
        charge = read_charge(data, mark or origin.mark)
        yield replace(charge, invoice_id=origin.invoice_id, subscription_id=origin.subscription_id)

    def fetch_charge_with_refunds(self, charge_id: str) -> Facts:
        for fact in self.fetch_charge(charge_id):
            yield fact
            if isinstance(fact, Charge) and fact.amount_refunded_minor > 0:
                yield from self._fetch_refunds_of(fact.id)

    def fetch_payment_intent(self, found: Any, origin: PaymentOrigin | None = None) -> Facts:
        data = self.resolved("payment_intents", found, ("latest_charge.balance_transaction",))
        mark = read_mark(part(data, "metadata"))
        if origin is None:
            origin, facts = self._origin_of_intent(data, mark)
            yield from facts
        origin = replace(origin, mark=mark or origin.mark)
        yield read_payment_intent(data, origin.mark)
        if reference(data, "latest_charge") is not None:
            yield from unless_missing(self.fetch_charge(data.get("latest_charge"), origin))

    def _origin_of_intent(
        self, data: StripeJson, mark: ContributionMark | None
    ) -> tuple[PaymentOrigin, tuple[Fact, ...]]:
        """Find the invoice or the session that a payment intent pays, and the contributor.

        `data` has the intent's id and customer. An intent with a mark of its own pays no invoice of a subscription.
        """
        facts = () if mark else tuple(self._invoices_of_intent(required_text(data, "id")))
        origin = origin_from_invoice(facts)
        if origin.invoice_id is None:
            people, mark = self._people_of("payment_intent", data, mark)
            return PaymentOrigin(mark), (*facts, *people)
        return origin, facts

    def _invoices_of_intent(self, intent_id: str) -> Facts:
        """Yield the invoices that a payment intent pays. Since 2025-03-31.basil only the invoice's payments name it."""
        query = {"type": "payment_intent", "payment_intent": intent_id}
        found = self.all_of("invoice_payments", {"payment": query, "expand": ["data.invoice"]})
        for row in found:
            if reference(part(row, "payment"), "payment_intent") == intent_id:
                yield read_invoice_payment(row)
                yield from unless_missing(self._fetch_marked_invoice(row.get("invoice")))

    def _fetch_marked_invoice(self, found: Any) -> Facts:
        """Yield an invoice, whose mark has the interval that it bills, its subscription and its customer."""
        data = self.resolved("invoices", found)
        invoice = read_invoice(data)
        subscription: Subscription | None = None
        if invoice.subscription_id is None:
            yield from self._customer_of(data)
        for fact in unless_missing(self.fetch_subscription(invoice.subscription_id)) if invoice.subscription_id else ():
            yield fact
            subscription = fact if isinstance(fact, Subscription) else subscription
        yield replace(invoice, contribution=billed_mark(invoice, subscription))

    def fetch_invoice(self, found: Any) -> Facts:
        """Yield an invoice and its payments. An invoice of zero, or one paid outside Stripe, has no payment."""
        data = self.resolved("invoices", found, ("payments.data.payment.payment_intent",))
        facts = tuple(self._fetch_marked_invoice(data))
        yield from facts
        origin = origin_from_invoice(facts)
        payments = self._list_payments_of(data)
        for row in payments:
            yield read_invoice_payment(row)
            yield from unless_missing(self._fetch_payment_of(part(row, "payment"), origin))
        if not payments:  # before 2025-03-31.basil the invoice itself named the payment
            yield from unless_missing(self._fetch_payment_of(data, origin))

    def _fetch_payment_of(self, holder: StripeJson, origin: PaymentOrigin) -> Facts:
        if reference(holder, "payment_intent") is not None:
            yield from self.fetch_payment_intent(holder.get("payment_intent"), origin)
        elif reference(holder, "charge") is not None:
            yield from self.fetch_charge(holder.get("charge"), origin)

    def _list_payments_of(self, invoice: StripeJson) -> tuple[StripeJson, ...]:
        """Return the payments of an invoice: those in the answer if they are complete, otherwise a list from Stripe."""
        shown = rows(invoice, "payments")
        if shown and not is_set(part(invoice, "payments"), "has_more"):
            return shown
        invoice_id = required_text(invoice, "id")
        found = self.all_of("invoice_payments", {"invoice": invoice_id})
        return tuple(row for row in found if reference(row, "invoice") == invoice_id)

    def fetch_invoice_payment(self, object_id: str) -> Facts:
        data = self.get("invoice_payments", object_id)
        yield read_invoice_payment(data)
        yield from unless_missing(self.fetch_invoice(data.get("invoice")))

    def fetch_refund(self, object_id: str) -> Facts:
        expand = ("balance_transaction", "failure_balance_transaction")
        data = self.get("refunds", object_id, expand)
        if reference(data, "charge") is not None:
            yield from unless_missing(self.fetch_charge(data.get("charge")))
        yield from self._refund_facts(data)

    def _fetch_refunds_of(self, charge_id: str) -> Facts:
        expand = ["data.balance_transaction", "data.failure_balance_transaction"]
        found = self.listed("refunds", {"charge": charge_id, "expand": expand})
        for data in found:
            if reference(data, "charge") == charge_id:
                yield from self._refund_facts(data)

    def _refund_facts(self, data: StripeJson) -> Facts:
        yield from self.fetch_balance_transaction(data.get("balance_transaction"))
        yield from self.fetch_balance_transaction(data.get("failure_balance_transaction"))
        yield read_refund(data)

    def fetch_dispute(self, object_id: str) -> Facts:
        data = self.get("disputes", object_id)
        if reference(data, "charge") is not None:
            yield from unless_missing(self.fetch_charge(data.get("charge")))
        for row in rows(data, "balance_transactions"):
            yield read_balance_transaction(row)
        yield read_dispute(data)

    def fetch_early_fraud_warning(self, object_id: str) -> Facts:
        data = self.get("radar/early_fraud_warnings", object_id)
        yield from self._fetch_charge_of(data)
        charge_id = reference(data, "charge")
        if charge_id is not None:
            yield FraudWarning(object_id, charge_id, required_instant(data, "created"), is_set(data, "actionable"))

    def fetch_review(self, object_id: str) -> Facts:
        return self._fetch_charge_of(self.get("reviews", object_id))

    def _fetch_charge_of(self, data: StripeJson) -> Facts:
        charge_id = reference(data, "charge")
        if charge_id is not None:
            yield from self.fetch_charge_with_refunds(charge_id)
        elif reference(data, "payment_intent") is not None:
            yield from self.fetch_payment_intent(data.get("payment_intent"))

    def fetch_payout(self, object_id: str) -> Facts:
        """Yield a payout and the balance transactions it paid out, as far as Stripe can list them."""
        data = self.get("payouts", object_id, ("balance_transaction", "failure_balance_transaction"))
        yield from self.fetch_balance_transaction(data.get("balance_transaction"))
        yield from self.fetch_balance_transaction(data.get("failure_balance_transaction"))
        payout = read_payout(data)
        yield payout
        # Compared by id and not by type, because the list may also hold the return of an earlier, failed payout.
        own_id = reference(data, "balance_transaction")
        carried: list[BalanceTransaction] = []
        if lists_transactions(payout):
            found = self.listed("balance_transactions", {"payout": payout.id})
            carried = [read_balance_transaction(row) for row in found]
        yield PayoutMembers(payout.id, tuple(row for row in carried if row.id != own_id))

    def fetch_session(self, object_id: str) -> Facts:
        expand = ("payment_intent.latest_charge.balance_transaction", "customer")
        yield from self._fetch_session(self.get("checkout/sessions", object_id, expand))

    def _fetch_session(self, data: StripeJson) -> Facts:
        """Yield a session and everything it led to. A session without a mark gets the mark of what it led to."""
        session = read_session(data)
        yield from self._customer_of(data)
        mark = session.contribution
        for fact in self._fetch_results_of(data, mark):
            yield fact
            if isinstance(fact, PaymentIntent | Subscription) and fact.contribution is not None:
                mark = mark or fact.contribution
        yield replace(session, contribution=mark)

    def _fetch_results_of(self, session: StripeJson, mark: ContributionMark | None) -> Facts:
        """Yield the payment, or the subscription and its first invoice, that a session led to."""
        if reference(session, "payment_intent") is not None:
            yield from unless_missing(self.fetch_payment_intent(session.get("payment_intent"), PaymentOrigin(mark)))
        subscription_id, invoice_id = reference(session, "subscription"), reference(session, "invoice")
        if subscription_id is not None:
            yield from unless_missing(self.fetch_subscription(subscription_id))
        if invoice_id is not None:
            yield from unless_missing(self.fetch_invoice(invoice_id))

    def fetch_customer(self, object_id: str) -> Facts:
        """Yield a customer, and the sessions of contributions they made, because no other event may tell of these."""
        yield from self._customer(object_id)
        for session in self._sessions_with("customer", object_id, "data.payment_intent", "data.subscription"):
            marked = (session, part(session, "payment_intent"), part(session, "subscription"))
            if any(read_mark(part(data, "metadata")) for data in marked):
                yield from self._fetch_session(session)

    def fetch_event(self, event_id: str) -> Facts:
        """Fetch the object of an event that arrived without naming it, from the copy that Stripe keeps for 30 days."""
        try:
            with stripe_errors_translated():
                named = read_event(self.get("events", event_id)).object_ref
        except StripeObjectMissingError:
            named = None
        if named is None or named.type is ObjectType.EVENT:
            raise UnreadableObjectError("the event names no object, and neither does Stripe's own copy of it")
        yield from self.fetch(named)

    def fetch_balance_transaction(self, found: Any) -> Facts:
        if isinstance(found, str | Mapping) and found:
            yield read_balance_transaction(self.resolved("balance_transactions", found))
