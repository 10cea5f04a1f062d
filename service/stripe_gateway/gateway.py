"""Every request that we send to Stripe, with our own types as arguments and results."""

import json
from collections.abc import Collection, Iterator
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
from service.stripe_gateway.events import EventEnvelope, read_event
from service.stripe_gateway.facts import BalanceTransaction, CheckoutSession, Payout, Refund
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.fetching import fetch_facts
from service.stripe_gateway.fields import StripeJson, part, text
from service.stripe_gateway.object_reader import PAGE_SIZE, ObjectReader
from service.stripe_gateway.objects import ObjectRef
from service.stripe_gateway.read_billing import read_invoice, read_session
from service.stripe_gateway.read_money import read_balance_transaction, read_payout, read_refund
from service.stripe_gateway.signatures import is_signed
from service.stripe_gateway.transport import API_VERSION, stripe_client, stripe_errors_translated

REFUND_KEY = "keepopen_refund_key"
PORTAL_FEATURES = {
    "invoice_history": {"enabled": True},
    "payment_method_update": {"enabled": True},
    "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
}


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event from Stripe's list of events, with the body that the webhook would have carried."""

    envelope: EventEnvelope
    body: bytes


class StripeGateway:
    """One Stripe account, reached with one API key.

    Methods raise StripeUnavailableError if a retry may help, StripeRefusedError if Stripe refuses the request, and
    UnreadableObjectError if an answer lacks a required field.
    """

    def __init__(self, settings: Settings) -> None:
        self._client = stripe_client(settings)
        self._v1: Any = self._client.v1
        self._webhook_secrets = settings.stripe_webhook_secrets
        self._portal = settings.stripe_portal_configuration

    def is_signed(self, body: str, header: str, now: datetime) -> bool:
        """Return whether one of our webhook secrets signed this body within 300 seconds of `now`."""
        return is_signed(body, header, self._webhook_secrets, now)

    def fetch(self, ref: ObjectRef) -> tuple[Fact, ...]:
        """Fetch an object and the objects that it depends on, in their present state."""
        return fetch_facts(self._client, ref)

    def fetch_invoice_page(self, invoice_id: str) -> str | None:
        """Return the address of Stripe's page for paying an invoice, or None if the invoice is no longer open."""
        with stripe_errors_translated():
            invoice = read_invoice(self._v1.invoices.retrieve(invoice_id).to_dict())
        return invoice.hosted_invoice_url if invoice.status == "open" else None

    def create_checkout_session(self, request: CheckoutRequest) -> CheckoutSession:
        """Create a hosted Checkout Session. A repeat for the same contribution returns the same session."""
        with stripe_errors_translated():
            created = self._v1.checkout.sessions.create(
                session_parameters(request), {"idempotency_key": request.idempotency_key}
            )
        return read_session(created.to_dict())

    def fetch_checkout_session(self, session_id: str) -> CheckoutSession:
        """Fetch a Checkout Session without the objects that it names."""
        with stripe_errors_translated():
            return read_session(self._v1.checkout.sessions.retrieve(session_id).to_dict())

    def expire_checkout_session(self, session_id: str) -> CheckoutSession:
        """Expire an open session. Raise StripeRefusedError if it is no longer open."""
        with stripe_errors_translated():
            return read_session(self._v1.checkout.sessions.expire(session_id).to_dict())

    def list_balance_transactions(self, since: datetime) -> Iterator[BalanceTransaction]:
        """Yield every balance transaction created at or after `since`, newest first."""
        for row in self._listed("balance_transactions", {"created": {"gte": int(since.timestamp())}}):
            yield read_balance_transaction(row)

    def list_payouts(self, since: datetime) -> Iterator[Payout]:
        """Yield every payout created at or after `since`, newest first."""
        for row in self._listed("payouts", {"created": {"gte": int(since.timestamp())}}):
            yield read_payout(row)

    def list_events(self, since: datetime, until: datetime) -> Iterator[ListedEvent]:
        """Yield the events from `since` to before `until`, newest first. Stripe lists events for 30 days."""
        created = {"gte": int(since.timestamp()), "lt": int(until.timestamp())}
        for row in self._listed("events", {"created": created}):
            yield ListedEvent(read_event(row), json.dumps(row).encode())

    def fetch_balance(self) -> StripeBalance:
        """Fetch the balance that Stripe holds for us now."""
        with stripe_errors_translated():
            return read_balance(self._v1.balance.retrieve().to_dict())

    def create_refund(
        self, charge_id: str, amount: Money, refund_key: str, requested_by: str, failed_tries: int = 0
    ) -> Refund:
        """Refund a charge in part or in full. A repeat with the same `refund_key` returns the same refund for a day.

        `failed_tries` is the number of earlier tries that ended with StripeFailedError. Before another one, make sure
        with `find_refund` that these made no refund.
        """
        parameters = {
            "charge": charge_id,
            "amount": amount.amount_minor,
            "metadata": {"keepopen_requested_by": requested_by, REFUND_KEY: refund_key},
        }
        with stripe_errors_translated():
            number = f"-{failed_tries + 1}" if failed_tries else ""
            created = self._v1.refunds.create(parameters, {"idempotency_key": f"keepopen-refund-{refund_key}{number}"})
        return read_refund(created.to_dict())

    def find_refund(self, charge_id: str, refund_key: str) -> Refund | None:
        """Return the refund that was created with this key, however long ago, or None if there is none."""
        with stripe_errors_translated():
            found = self._v1.refunds.list({"charge": charge_id, "limit": PAGE_SIZE})
            rows = (refund.to_dict() for refund in found.auto_paging_iter())
            made = next((row for row in rows if text(part(row, "metadata"), REFUND_KEY) == refund_key), None)
        return read_refund(made) if made else None

    def create_portal_session(self, customer_id: str, return_url: str) -> str:
        """Return the address of Stripe's customer portal for a customer. It works for a few minutes."""
        with stripe_errors_translated():
            chosen = {"configuration": self._portal} if self._portal else {}
            created = self._v1.billing_portal.sessions.create(
                {"customer": customer_id, "return_url": return_url, **chosen}
            )
        return str(created.to_dict()["url"])

    def cancel_subscription(self, subscription_id: str) -> None:
        """Cancel a subscription with immediate effect."""
        with stripe_errors_translated():
            self._v1.subscriptions.cancel(subscription_id)

    def cancel_at_period_end(self, subscription_id: str) -> None:
        """Cancel a subscription when the period that is paid for ends."""
        with stripe_errors_translated():
            self._v1.subscriptions.update(subscription_id, {"cancel_at_period_end": True})

    def send_receipt(self, charge_id: str, address: str, key: str) -> None:
        """Let Stripe mail its receipt of a charge to this address. A repeat with the same `key` sends no other mail.

        Stripe sends the receipt when the address is set: https://docs.stripe.com/receipts. In test mode it sends none.
        """
        with stripe_errors_translated():
            self._v1.charges.update(
                charge_id, {"receipt_email": address}, {"idempotency_key": f"keepopen-receipt-{key}"}
            )

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer and their personal data at Stripe. Their charges stay."""
        with stripe_errors_translated():
            self._v1.customers.delete(customer_id)

    def fetch_account_setup(self) -> AccountSetup:
        """Fetch the webhook endpoints, the customer portal (ours, or the default one) and Stripe's clock."""
        endpoints = tuple(read_endpoint(row) for row in self._listed("webhook_endpoints", {}))
        with stripe_errors_translated():
            found = self._v1.billing_portal.configurations.list({"is_default": True, "limit": 1})
            own = self._v1.billing_portal.configurations.retrieve(self._portal) if self._portal else None
        portals = [read_portal(row.to_dict()) for row in ([own] if own else found.data)]
        answer = found.last_response
        date = answer.headers.get("Date") if answer is not None else None
        return AccountSetup(endpoints, portals[0] if portals else None, read_http_date(date))

    def create_endpoint(self, url: str, events: Collection[str]) -> tuple[str, str]:
        """Create a webhook endpoint for these types of event. Return its id, and its secret."""
        wanted = {"url": url, "enabled_events": sorted(events), "api_version": API_VERSION, "description": "Keepopen"}
        with stripe_errors_translated():
            created = self._v1.webhook_endpoints.create(wanted).to_dict()
        return str(created["id"]), str(created["secret"])

    def change_endpoint(self, endpoint_id: str, events: Collection[str]) -> None:
        """Enable a webhook endpoint, for these types of event."""
        with stripe_errors_translated():
            self._v1.webhook_endpoints.update(endpoint_id, {"enabled_events": sorted(events), "disabled": False})

    def delete_endpoint(self, endpoint_id: str) -> None:
        """Delete a webhook endpoint."""
        with stripe_errors_translated():
            self._v1.webhook_endpoints.delete(endpoint_id)

    def create_portal(self, return_url: str) -> str:
        """Create a configuration of the customer portal. Return its id."""
        with stripe_errors_translated():
            created = self._v1.billing_portal.configurations.create(
                {"features": PORTAL_FEATURES, "default_return_url": return_url}
            )
        return str(created.to_dict()["id"])

    def change_portal(self, configuration_id: str) -> None:
        """Let contributors cancel and change their card in this portal, and charge no changed amount pro rata."""
        features = {**PORTAL_FEATURES, "subscription_update": {"proration_behavior": "none"}}
        with stripe_errors_translated():
            self._v1.billing_portal.configurations.update(configuration_id, {"features": features})

    def _listed(self, path: str, query: dict[str, Any]) -> Iterator[StripeJson]:
        """Yield the objects of all pages of a list."""
        with stripe_errors_translated():
            yield from ObjectReader(self._client).listed(path, query)
