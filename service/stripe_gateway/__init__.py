"""The only code that imports stripe. It takes and returns our own types, and does not decide what an event means."""

from service.stripe_gateway.gateway import StripeGateway
from service.stripe_gateway.transport import API_VERSION

__all__ = ["API_VERSION", "StripeGateway"]
