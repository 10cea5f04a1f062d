"""Statistics per variant and day, without reader ids: prompts shown, seen, dismissed and clicked, and their income."""
