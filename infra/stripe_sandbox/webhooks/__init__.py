"""Webhooks: the endpoints that are registered, and the signed deliveries to them."""
