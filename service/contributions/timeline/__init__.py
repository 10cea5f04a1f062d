"""What happened to a contribution, in plain words and in order."""
