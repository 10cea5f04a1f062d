"""Mail to contributors and staff: when a mail is due, its text, and how it is sent."""
