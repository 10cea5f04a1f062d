"""Tests of service/console/why."""
