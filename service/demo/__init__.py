"""The whole of Keepopen on one machine: service, worker, Stripe sandbox and a demo newspaper, to look at and to check."""
