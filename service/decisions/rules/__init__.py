"""The rules of a campaign: small pure functions, a file for each kind, asked in one order."""
