"""Explain a number: the objects, balance transactions, entries and events behind it."""
