"""All of Keepopen on one machine: service, worker, Stripe sandbox and demo newspaper, to look at and to check."""
