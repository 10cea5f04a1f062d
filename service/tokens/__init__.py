"""Bearer tokens of staff and of finance's programs: create, verify, revoke. Readers have no tokens."""
