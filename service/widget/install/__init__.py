"""Checking an installation: does a publisher's page carry the widget rightly, and what to do where it does not."""
