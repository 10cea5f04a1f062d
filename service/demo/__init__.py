"""The demo: service, worker, Stripe sandbox and a demo newspaper on this machine, to try out or to check."""
