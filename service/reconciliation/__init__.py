"""Bring facts, contributions and the ledger up to date with Stripe, and check that they agree."""
