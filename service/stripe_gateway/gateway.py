"""Everything we ever ask of Stripe, with our types in and out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.money import Money
from service.settings import Settings
from service.stripe_gateway.account import (
    AccountSetup,
    StripeBalance,
    read_balance,
    read_endpoint,
    read_http_date,
    read_portal,
)
from service.stripe_gateway.checkout import CheckoutRequest, session_parameters
from service.stripe_gateway.events import EventEnvelope, ObjectRef, read_event
from service.stripe_gateway.facts import BalanceTransaction, CheckoutSession, Payout, Refund
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.fetching import PAGE_SIZE, fetch_facts
from service.stripe_gateway.fields import part, text
from service.stripe_gateway.read_billing import read_invoice, read_session
from service.stripe_gateway.read_money import read_balance_transaction, read_payout, read_refund
from service.stripe_gateway.signatures import is_signed
from service.stripe_gateway.transport import stripe_client, stripe_faults

REFUND_KEY = "keepopen_refund_key"


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as Stripe's list has it, with the body a webhook would have carried."""

    envelope: EventEnvelope
    body: bytes


class StripeGateway:
    """One Stripe account, reached with one key. Raises StripeUnavailableError and StripeRefusedError, nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._client = stripe_client(settings)
        self._v1: Any = self._client.v1
        self._webhook_secrets = settings.stripe_webhook_secrets

    def is_signed(self, body: str, header: str, now: datetime) -> bool:
        """Whether a webhook body carries a fresh signature by any of our live secrets."""
        return is_signed(body, header, self._webhook_secrets, now)

    def fetch(self, ref: ObjectRef) -> tuple[Fact, ...]:
        """One object and what hangs on it, as it stands now."""
        return fetch_facts(self._client, ref)

    def fetch_invoice_page(self, invoice_id: str) -> str | None:
        """Stripe's page where an open invoice is paid or its payment confirmed; None once it is open no more."""
        with stripe_faults():
            invoice = read_invoice(self._v1.invoices.retrieve(invoice_id).to_dict())
        return invoice.hosted_invoice_url if invoice.status == "open" else None

    def create_checkout_session(self, request: CheckoutRequest) -> CheckoutSession:
        """A hosted Checkout Session; a repeat with the same contribution id gives the same session."""
        with stripe_faults():
            created = self._v1.checkout.sessions.create(
                session_parameters(request), {"idempotency_key": request.idempotency_key}
            )
        return read_session(created.to_dict())

    def fetch_checkout_session(self, session_id: str) -> CheckoutSession:
        with stripe_faults():
            return read_session(self._v1.checkout.sessions.retrieve(session_id).to_dict())

    def expire_checkout_session(self, session_id: str) -> CheckoutSession:
        """End an open session early; raises StripeRefusedError when it is no longer open."""
        with stripe_faults():
            return read_session(self._v1.checkout.sessions.expire(session_id).to_dict())

    def list_balance_transactions(self, since: datetime) -> Iterator[BalanceTransaction]:
        """Every movement of the balance created at or after `since`, newest first, all pages."""
        for row in self._listed(self._v1.balance_transactions, {"created": {"gte": int(since.timestamp())}}):
            yield read_balance_transaction(row)

    def list_payouts(self, since: datetime) -> Iterator[Payout]:
        """Every payout created at or after `since`, newest first, all pages."""
        for row in self._listed(self._v1.payouts, {"created": {"gte": int(since.timestamp())}}):
            yield read_payout(row)

    def list_events(self, since: datetime, until: datetime) -> Iterator[ListedEvent]:
        """Stripe's own record of events (30 days), newest first; `until` is excluded."""
        created = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        for row in self._listed(self._v1.events, {"created": created}):
            yield ListedEvent(read_event(row), json.dumps(row, default=str).encode())

    def fetch_balance(self) -> StripeBalance:
        """What Stripe holds for us."""
        with stripe_faults():
            return read_balance(self._v1.balance.retrieve().to_dict())

    def create_refund(self, charge_id: str, amount: Money, refund_key: str, requested_by: str) -> Refund:
        """Send money back. `refund_key` makes a repeat the same refund."""
        parameters = {
            "charge": charge_id,
            "amount": amount.amount_minor,
            "metadata": {"keepopen_requested_by": requested_by, REFUND_KEY: refund_key},
        }
        with stripe_faults():
            created = self._v1.refunds.create(parameters, {"idempotency_key": f"keepopen-refund-{refund_key}"})
        return read_refund(created.to_dict())

    def find_refund(self, charge_id: str, refund_key: str) -> Refund | None:
        """The refund that was made under this key, however long ago."""
        with stripe_faults():
            found = self._v1.refunds.list({"charge": charge_id, "limit": PAGE_SIZE})
            rows = (each.to_dict() for each in found.auto_paging_iter())
            made = next((row for row in rows if text(part(row, "metadata"), REFUND_KEY) == refund_key), None)
        return read_refund(made) if made else None

    def create_portal_session(self, customer_id: str, return_url: str) -> str:
        """The address of Stripe's customer portal for one customer, good for a few minutes."""
        with stripe_faults():
            created = self._v1.billing_portal.sessions.create({"customer": customer_id, "return_url": return_url})
        return str(created.to_dict()["url"])

    def cancel_subscription(self, subscription_id: str) -> None:
        """End a subscription now."""
        with stripe_faults():
            self._v1.subscriptions.cancel(subscription_id)

    def delete_customer(self, customer_id: str) -> None:
        """Have Stripe forget who a customer is; charges stay."""
        with stripe_faults():
            self._v1.customers.delete(customer_id)

    def fetch_account_setup(self) -> AccountSetup:
        """Webhook endpoints, the customer portal in force, and Stripe's clock."""
        endpoints = tuple(read_endpoint(row) for row in self._listed(self._v1.webhook_endpoints, {}))
        with stripe_faults():
            found = self._v1.billing_portal.configurations.list({"is_default": True, "limit": 1})
        portals = [read_portal(row.to_dict()) for row in found.data]
        answer = found.last_response
        date = answer.headers.get("Date") if answer is not None else None
        return AccountSetup(endpoints, portals[0] if portals else None, read_http_date(date))

    def _listed(self, service: Any, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        with stripe_faults():
            page = service.list({**query, "limit": PAGE_SIZE})
            for row in page.auto_paging_iter():
                yield row.to_dict()
