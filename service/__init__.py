"""Keepopen: asks readers for support, takes it through Stripe, and keeps books that equal the bank."""
