"""Measurements: how fast, how flat, against what the machine could do at best."""
