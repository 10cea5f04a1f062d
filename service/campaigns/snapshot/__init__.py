"""The published sites and campaigns in memory. Decisions read only these and never wait for the database."""
