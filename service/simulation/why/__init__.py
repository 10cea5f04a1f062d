"""Say in words why a reader is asked or not, what would have to change, and what the next 30 days bring."""
