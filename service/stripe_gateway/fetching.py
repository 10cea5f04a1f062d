"""Fetching one object with everything that hangs on it, as facts: what it depends on comes first.

Related objects are asked for by expansion and fetched one by one where an answer holds only their id.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import stripe

from service.stripe_gateway.behind import BehindPayment, behind_payment
from service.stripe_gateway.events import ObjectRef, ObjectType, read_event
from service.stripe_gateway.facts import Charge, Subscription
from service.stripe_gateway.fetched import Fact, FraudWarning, LapsedMandate, PayoutMembers
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
from service.stripe_gateway.read_billing import (
    read_customer,
    read_invoice,
    read_invoice_payment,
    read_session,
    read_subscription,
)
from service.stripe_gateway.read_money import (
    read_balance_transaction,
    read_charge,
    read_dispute,
    read_payment_intent,
    read_payout,
    read_refund,
)
from service.stripe_gateway.transport import StripeObjectMissingError, if_there, stripe_faults

PAGE_SIZE = 100


Facts = Iterator[Fact]


def fetch_facts(client: stripe.StripeClient, ref: ObjectRef) -> tuple[Fact, ...]:
    """The object and its relatives as facts, each once, dependencies first."""
    fetcher = ObjectFetcher(client.v1)
    with stripe_faults():
        found = tuple(fetcher.facts(ref))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class ObjectFetcher:
    """Fetches with one client. Every method yields facts; nothing is kept between calls."""

    v1: Any  # stripe.V1Services: its generated services carry no common type

    def facts(self, ref: ObjectRef) -> Facts:
        fetch: dict[ObjectType, Callable[[str], Facts]] = {
            ObjectType.BALANCE_TRANSACTION: self.balance_transaction,
            ObjectType.CHARGE: self.charge_with_refunds,
            ObjectType.CHECKOUT_SESSION: self.session,
            ObjectType.CUSTOMER: self.customer,
            ObjectType.DISPUTE: self.dispute,
            ObjectType.EARLY_FRAUD_WARNING: self.early_fraud_warning,
            ObjectType.EVENT: self.event,
            ObjectType.INVOICE: self.invoice,
            ObjectType.INVOICE_PAYMENT: self.invoice_payment,
            ObjectType.MANDATE: self.mandate,
            ObjectType.PAYMENT_INTENT: self.payment_intent,
            ObjectType.PAYOUT: self.payout,
            ObjectType.REFUND: self.refund,
            ObjectType.REVIEW: self.review,
            ObjectType.SUBSCRIPTION: self.subscription,
        }
        return fetch[ref.type](ref.id)

    def charge(self, found: Any, behind: BehindPayment | None = None) -> Facts:
        """A charge (by id or already here), its balance transactions, its intent, and who is behind it."""
        expand = ("balance_transaction", "failure_balance_transaction", "payment_intent")
        data = self._resolved(self.v1.charges, found, expand)
        yield from self.balance_transaction(data.get("balance_transaction"))
        yield from self.balance_transaction(data.get("failure_balance_transaction"))
        intent, intent_id = part(data, "payment_intent"), reference(data, "payment_intent")
        mark = read_mark(part(data, "metadata"))
        if behind is None and mark is None and intent_id is not None and not intent:
            intent = self._get(self.v1.payment_intents, intent_id)
        mark = mark or read_mark(part(intent, "metadata"))
        if behind is None and mark is None and intent_id is not None:
            behind, facts = self._behind_intent(intent_id)
            yield from facts
        behind = behind or BehindPayment()
        if intent:
            yield read_payment_intent(intent, mark or behind.mark)
        charge = read_charge(data, mark or behind.mark)
        yield replace(charge, invoice_id=behind.invoice_id, subscription_id=behind.subscription_id)

    def charge_with_refunds(self, charge_id: str) -> Facts:
        for fact in self.charge(charge_id):
            yield fact
            if isinstance(fact, Charge) and fact.amount_refunded_minor > 0:
                yield from self._refunds_of(fact.id)

    def payment_intent(self, found: Any, behind: BehindPayment | None = None) -> Facts:
        data = self._resolved(self.v1.payment_intents, found, ("latest_charge.balance_transaction",))
        mark = read_mark(part(data, "metadata"))
        intent_id = required_text(data, "id")
        if behind is None and mark is None:
            behind, facts = self._behind_intent(intent_id)
            yield from facts
        behind = replace(behind or BehindPayment(), mark=mark or (behind.mark if behind else None))
        yield read_payment_intent(data, behind.mark)
        if reference(data, "latest_charge") is not None:
            yield from if_there(self.charge(data.get("latest_charge"), behind))

    def _behind_intent(self, intent_id: str) -> tuple[BehindPayment, tuple[Fact, ...]]:
        """The invoice a payment intent pays: since 2025-03-31.basil only invoice payments know."""
        query = {"type": "payment_intent", "payment_intent": intent_id}
        found = self._page(self.v1.invoice_payments, {"payment": query, "limit": PAGE_SIZE, "expand": ["data.invoice"]})
        facts: list[Fact] = []
        for row in found:
            if reference(part(row, "payment"), "payment_intent") == intent_id:
                facts.append(read_invoice_payment(row))
                facts.extend(if_there(self._marked_invoice(row.get("invoice"))))
        return behind_payment(facts), tuple(facts)

    def _marked_invoice(self, found: Any) -> Facts:
        """An invoice and the subscription behind it, whose mark is used where the invoice's frozen metadata lack it."""
        invoice = read_invoice(self._resolved(self.v1.invoices, found, ()))
        mark = invoice.contribution
        for fact in if_there(self.subscription(invoice.subscription_id)) if invoice.subscription_id else ():
            yield fact
            mark = mark or (fact.contribution if isinstance(fact, Subscription) else None)
        yield replace(invoice, contribution=mark)

    def invoice(self, found: Any) -> Facts:
        """An invoice, its allocations, and each payment they name; none for a zero or off-Stripe invoice."""
        data = self._resolved(self.v1.invoices, found, ("payments.data.payment.payment_intent",))
        facts = tuple(self._marked_invoice(data))
        yield from facts
        behind = behind_payment(facts)
        payments = self._payments_of(data)
        for row in payments:
            yield read_invoice_payment(row)
            yield from if_there(self._payment_in(part(row, "payment"), behind))
        if not payments:  # before 2025-03-31.basil the invoice itself named its payment
            yield from if_there(self._payment_in(data, behind))

    def _payment_in(self, holder: StripeJson, behind: BehindPayment) -> Facts:
        if reference(holder, "payment_intent") is not None:
            yield from self.payment_intent(holder.get("payment_intent"), behind)
        elif reference(holder, "charge") is not None:
            yield from self.charge(holder.get("charge"), behind)

    def _payments_of(self, invoice: StripeJson) -> tuple[StripeJson, ...]:
        """Its allocations: those it shows if it shows all, else asked for."""
        shown = rows(invoice, "payments")
        if shown and not is_set(part(invoice, "payments"), "has_more"):
            return shown
        invoice_id = required_text(invoice, "id")
        found = self._page(self.v1.invoice_payments, {"invoice": invoice_id, "limit": PAGE_SIZE})
        return tuple(row for row in found if reference(row, "invoice") == invoice_id)

    def invoice_payment(self, object_id: str) -> Facts:
        data = self._get(self.v1.invoice_payments, object_id)
        yield read_invoice_payment(data)
        yield from if_there(self.invoice(data.get("invoice")))

    def refund(self, object_id: str) -> Facts:
        expand = ("balance_transaction", "failure_balance_transaction")
        data = self._get(self.v1.refunds, object_id, expand)
        if reference(data, "charge") is not None:
            yield from if_there(self.charge(data.get("charge")))
        yield from self._refund_facts(data)

    def _refunds_of(self, charge_id: str) -> Facts:
        expand = ["data.balance_transaction", "data.failure_balance_transaction"]
        found = self.v1.refunds.list({"charge": charge_id, "limit": PAGE_SIZE, "expand": expand})
        for row in found.auto_paging_iter():
            data = row.to_dict()
            if reference(data, "charge") == charge_id:
                yield from self._refund_facts(data)

    def _refund_facts(self, data: StripeJson) -> Facts:
        yield from self.balance_transaction(data.get("balance_transaction"))
        yield from self.balance_transaction(data.get("failure_balance_transaction"))
        yield read_refund(data)

    def dispute(self, object_id: str) -> Facts:
        data = self._get(self.v1.disputes, object_id)
        if reference(data, "charge") is not None:
            yield from if_there(self.charge(data.get("charge")))
        for row in rows(data, "balance_transactions"):
            yield read_balance_transaction(row)
        yield read_dispute(data)

    def early_fraud_warning(self, object_id: str) -> Facts:
        data = self._get(self.v1.radar.early_fraud_warnings, object_id)
        yield from self._charge_behind(data)
        charge_id = reference(data, "charge")
        if charge_id is not None:
            yield FraudWarning(object_id, charge_id, required_instant(data, "created"), is_set(data, "actionable"))

    def review(self, object_id: str) -> Facts:
        return self._charge_behind(self._get(self.v1.reviews, object_id))

    def _charge_behind(self, data: StripeJson) -> Facts:
        charge_id = reference(data, "charge")
        if charge_id is not None:
            yield from self.charge_with_refunds(charge_id)
        elif reference(data, "payment_intent") is not None:
            yield from self.payment_intent(data.get("payment_intent"))

    def payout(self, object_id: str) -> Facts:
        """A payout and, where Stripe can say it (automatic ones only), the balance transactions it carried."""
        data = self._get(self.v1.payouts, object_id, ("balance_transaction", "failure_balance_transaction"))
        yield from self.balance_transaction(data.get("balance_transaction"))
        yield from self.balance_transaction(data.get("failure_balance_transaction"))
        payout = read_payout(data)
        yield payout
        # Its own movement goes by id: the return of an earlier payout that failed is among what this one carries.
        own_id = reference(data, "balance_transaction")
        if payout.is_automatic:
            found = self.v1.balance_transactions.list({"payout": payout.id, "limit": PAGE_SIZE})
            carried = [read_balance_transaction(row.to_dict()) for row in found.auto_paging_iter()]
            yield PayoutMembers(payout.id, tuple(each for each in carried if each.id != own_id))

    def session(self, object_id: str) -> Facts:
        data = self._get(self.v1.checkout.sessions, object_id, ("payment_intent.latest_charge.balance_transaction",))
        yield read_session(data)
        if reference(data, "payment_intent") is not None:
            yield from if_there(self.payment_intent(data.get("payment_intent")))
        subscription_id = reference(data, "subscription")
        if subscription_id is not None:
            yield from if_there(self.subscription(subscription_id))
        invoice_id = reference(data, "invoice")
        if invoice_id is not None:
            yield from if_there(self.invoice(invoice_id))

    def customer(self, object_id: str) -> Facts:
        yield read_customer(self._get(self.v1.customers, object_id))

    def subscription(self, object_id: str) -> Facts:
        yield read_subscription(self._get(self.v1.subscriptions, object_id))

    def mandate(self, object_id: str) -> Facts:
        """Where a mandate is in force no more: the living subscriptions that were to be taken by it."""
        data = self._get(self.v1.mandates, object_id, ("payment_method",))
        if data.get("status") != "inactive":
            return
        method = self._resolved(self.v1.payment_methods, data.get("payment_method"), ())
        customer_id = reference(method, "customer")
        living = self._page(self.v1.subscriptions, {"customer": customer_id, "limit": PAGE_SIZE}) if customer_id else ()
        for row in living:  # those that have ended are not listed
            is_taken_by_it = reference(row, "default_payment_method") in {None, required_text(method, "id")}
            if reference(row, "customer") == customer_id and is_taken_by_it:
                yield read_subscription(row)
                yield LapsedMandate(object_id, required_text(row, "id"))

    def event(self, event_id: str) -> Facts:
        """What an event is about that reached us without saying so: Stripe keeps its own copy for 30 days."""
        try:
            with stripe_faults():
                named = read_event(self._get(self.v1.events, event_id)).object_ref
        except StripeObjectMissingError:
            named = None
        if named is None or named.type is ObjectType.EVENT:
            raise UnreadableObjectError("the event names no object, and Stripe's own copy does not either")
        yield from self.facts(named)

    def balance_transaction(self, found: Any) -> Facts:
        if isinstance(found, str | Mapping) and found:
            yield read_balance_transaction(self._resolved(self.v1.balance_transactions, found, ()))

    def _resolved(self, service: Any, found: Any, expand: tuple[str, ...]) -> StripeJson:
        """The object itself, fetched where `found` is only its id."""
        return found if isinstance(found, Mapping) else self._get(service, found, expand)

    def _get(self, service: Any, object_id: str, expand: tuple[str, ...] = ()) -> StripeJson:
        found = service.retrieve(object_id, {"expand": list(expand)} if expand else {})
        data: StripeJson = found.to_dict()
        return data

    def _page(self, service: Any, query: dict[str, Any]) -> tuple[StripeJson, ...]:
        """All rows of a small list; none where Stripe knows no such object."""
        try:
            with stripe_faults():
                return tuple(row.to_dict() for row in service.list(query).auto_paging_iter())
        except StripeObjectMissingError:
            return ()
