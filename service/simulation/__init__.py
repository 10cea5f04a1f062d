"""Decisions for an invented reader from a file, and replay of recorded readers with a draft: the same engine."""
