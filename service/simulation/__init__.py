"""Simulate the decisions for an invented reader from a file, and replay recorded readers with a draft campaign."""
