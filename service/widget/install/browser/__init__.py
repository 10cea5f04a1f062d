"""A publisher's page in a real browser: what the widget sent, and how its places look."""
