"""Manage a contribution: a mailed one-time link opens Stripe's customer portal."""
