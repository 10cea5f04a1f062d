"""Tests of the check of an installation."""
