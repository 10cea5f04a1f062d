"""A rehearsal of outages: several web processes and workers, PostgreSQL with a standby, readers and payments."""
