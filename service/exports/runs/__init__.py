"""Runs of exports, and files that are prepared in the background with their progress."""
