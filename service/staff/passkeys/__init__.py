"""Passkeys: keys in a person's device or password manager that prove who they are, without a password."""
