"""Mail to contributors and staff: which mail is due, what it says, and how it is sent."""
