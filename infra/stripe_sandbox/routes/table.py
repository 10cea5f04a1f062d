"""The table of all routes under /v1/."""

from infra.stripe_sandbox.http.routing import Routes
from infra.stripe_sandbox.routes import (
    balance,
    billing_portal,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    invoice_items,
    invoice_payments,
    invoices,
    payment_intents,
    payment_methods,
    payment_pages,
    payouts,
    products,
    refunds,
    subscriptions,
    test_clocks,
    webhook_endpoints,
)

RESOURCES = (
    balance,
    billing_portal,
    charges,
    checkout_sessions,
    customers,
    disputes,
    events,
    invoice_items,
    invoice_payments,
    invoices,
    payment_intents,
    payment_methods,
    payment_pages,
    payouts,
    products,
    refunds,
    subscriptions,
    test_clocks,
    webhook_endpoints,
)
API_ROUTES = Routes(route for resource in RESOURCES for route in resource.routes)
