"""Entries by a person: move what is open to the account where it belongs, and agree to entries of others."""
