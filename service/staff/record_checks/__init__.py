"""Nightly checks of the record. Each keeps the last row that it saw, so that later checks notice if rows are gone."""
