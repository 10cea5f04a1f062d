"""Payments that failed, and what came back of them."""
