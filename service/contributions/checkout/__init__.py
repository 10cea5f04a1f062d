"""Start a contribution on Stripe's hosted page, and welcome the reader back afterwards."""
