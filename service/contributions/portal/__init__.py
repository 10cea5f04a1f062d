"""Manage a contribution: a one-time link by mail opens Stripe's customer portal."""
