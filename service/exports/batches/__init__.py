"""Batches of the journal: every entry that no earlier batch of an accounting system had. A batch never changes."""
