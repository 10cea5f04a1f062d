"""Facts: what Stripe said about its objects, in typed tables that every other room may read."""
