"""Bring facts, contributions and books up to date with Stripe, and check that they agree."""
