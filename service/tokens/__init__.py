"""Bearer tokens of staff and of finance's machines: made, checked, revoked. Readers have none."""
