"""Stripe's objects and what happens to them: created, paid, refunded, disputed, renewed, paid out."""
