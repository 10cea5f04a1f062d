"""Double-entry books of the Stripe balance: accounts, entries posted from facts, payouts, periods and invariants."""
