"""Double-entry books over the Stripe balance: accounts, entries posted from facts, payouts, periods, invariants."""
