"""The routes under /v1/, one file for each of Stripe's resources: read the parameters, act, return the object."""
