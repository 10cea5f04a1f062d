"""The invariants of the books, numbered as in docs/money.md, and the result of the last check."""
