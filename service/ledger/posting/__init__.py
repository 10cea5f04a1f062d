"""The posting rules: pure functions from facts to entries. docs/money.md lists them under the same numbers."""
