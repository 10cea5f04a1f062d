"""Stripe objects that several tests need."""

from typing import Any

from tests.stripe_sandbox.harness import BASE
from tests.stripe_sandbox.world import World

DAY = 86_400
START = 1_793_437_200  # 31 October 2026, 09:00 UTC
RECURRING: Any = {"interval": "month"}


def customer_with_card(world: World) -> Any:
    """Create a customer whose default payment method is a card that succeeds."""
    customer = world.v1.customers.create({"email": "reader@example.org", "payment_method": "pm_card_visa"})
    method = world.v1.customers.payment_methods.list(customer.id).data[0]
    return world.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})


def monthly_price(world: World, amount: int = 500) -> Any:
    """Return `price_data` of a monthly contribution in euros."""
    product = world.v1.products.create({"name": "Contribution"})
    return {"currency": "eur", "unit_amount": amount, "recurring": RECURRING, "product": product.id}


def custom_price(world: World, **bounds: int) -> Any:
    """Create a price in euros that lets the payer choose the amount."""
    product = world.v1.products.create({"name": "Contribution"})
    custom: Any = {"enabled": True, **bounds}
    return world.v1.prices.create({"currency": "eur", "product": product.id, "custom_unit_amount": custom})


def subscribed_session(world: World, **given: Any) -> Any:
    """Return the session of a monthly subscription paid in Checkout."""
    session = world.session(interval="month", **given)
    assert world.pay(session).status_code == 303
    return world.v1.checkout.sessions.retrieve(session.id)


def subscribe(world: World, **given: Any) -> Any:
    """Return a monthly subscription paid in Checkout, with its latest invoice."""
    session = subscribed_session(world, **given)
    return world.v1.subscriptions.retrieve(session.subscription, {"expand": ["latest_invoice"]})


def portal_page(world: World, customer: str, **given: Any) -> str:
    """Create a portal session and return the path of its page."""
    wanted: Any = {"customer": customer, "return_url": "http://newsroom.test/support", **given}
    return path_of(world.v1.billing_portal.sessions.create(wanted).url)


def path_of(url: str) -> str:
    """Return the path of a page of the sandbox."""
    return url.removeprefix(BASE)


class Subscriber:
    """A customer on a test clock with a monthly subscription of 5 euros, started at START."""

    def __init__(self, world: World) -> None:
        self.v1 = world.v1
        self.clock = world.v1.test_helpers.test_clocks.create({"frozen_time": START})
        customer = world.v1.customers.create({"test_clock": self.clock.id, "email": "reader@example.org"})
        self.customer = customer.id
        self.use("pm_card_visa")
        items: Any = [{"price_data": monthly_price(world)}]
        self.subscription = world.v1.subscriptions.create({"customer": customer.id, "items": items})

    def use(self, method: str) -> None:
        """Make this the default payment method."""
        attached = self.v1.payment_methods.attach(method, {"customer": self.customer})
        settings: Any = {"default_payment_method": attached.id}
        self.v1.customers.update(self.customer, {"invoice_settings": settings})

    def advance(self, seconds: int) -> Any:
        """Advance the clock to this time after START. Return the subscription with its latest invoice."""
        self.v1.test_helpers.test_clocks.advance(self.clock.id, {"frozen_time": START + seconds})
        self.subscription = self.v1.subscriptions.retrieve(self.subscription.id, {"expand": ["latest_invoice"]})
        return self.subscription
