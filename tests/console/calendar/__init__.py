"""Tests of service/console/calendar."""
