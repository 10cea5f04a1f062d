"""Keepopen: asks readers for support, takes it through Stripe, and keeps books that equal the bank."""

__version__ = "0.1.0"
