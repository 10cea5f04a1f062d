"""Start a contribution at Stripe's hosted page, and receive the reader who comes back."""
