"""The only import of Stripe: our types in, our types out. Which event means what is not decided here."""

from service.stripe_gateway.gateway import StripeGateway
from service.stripe_gateway.transport import API_VERSION

__all__ = ["API_VERSION", "StripeGateway"]
