"""Tests of `service/readers/passports`."""
