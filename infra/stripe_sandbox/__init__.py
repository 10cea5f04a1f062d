"""A substitute for Stripe on loopback, for tests and the demo: API, hosted pages, payouts and signed webhooks."""

from infra.stripe_sandbox.app import StripeSandbox, create_sandbox
from infra.stripe_sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "StripeSandbox", "create_sandbox"]
