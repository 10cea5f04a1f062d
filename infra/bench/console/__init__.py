"""Fill a PostgreSQL like that of a large newsroom, and measure every page of the staff console on it."""
