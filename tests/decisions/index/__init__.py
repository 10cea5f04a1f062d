"""Tests of `service/decisions/index`."""
