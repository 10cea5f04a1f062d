"""Warnings about documents that are valid but probably do not do what their editor wants."""
