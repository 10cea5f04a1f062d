"""Keepopen asks readers for support, takes contributions through Stripe, and keeps books that match the bank."""

__version__ = "0.1.0"
