"""The numbered posting rules: pure functions from facts to entries, as listed in docs/money.md."""
