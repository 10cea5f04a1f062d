"""Tests of service/simulation/why."""
