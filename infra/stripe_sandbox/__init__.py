"""A stand-in for Stripe on loopback: objects, hosted pages, balance, payouts, signed webhooks. Tests and demo only."""

from infra.stripe_sandbox.app import StripeSandbox, create_sandbox
from infra.stripe_sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "StripeSandbox", "create_sandbox"]
