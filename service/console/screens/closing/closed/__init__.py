"""Closed periods: their files, reopening them, and the account mappings."""
