"""The people of a newsroom who use the console: roles, invitations, sessions, and the record of what people did."""
