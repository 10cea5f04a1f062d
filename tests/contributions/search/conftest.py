"""Fixtures of the search tests: books of the exports, and a newsroom."""

from tests.exports.conftest import finance

__all__ = ["finance"]
