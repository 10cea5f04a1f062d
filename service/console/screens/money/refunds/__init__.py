"""The pages on which finance refunds a payment: the amount, what it does, and refunds without an answer of Stripe."""
