"""Warnings about campaigns that are valid but probably not meant."""
