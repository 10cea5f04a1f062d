"""What waits for a second person, and what became of earlier requests."""
