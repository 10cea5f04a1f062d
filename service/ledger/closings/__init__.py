"""Closing and reopening periods of the books."""
