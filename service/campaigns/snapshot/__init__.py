"""The published sites and campaigns in memory: decisions read these and never wait for the database."""
