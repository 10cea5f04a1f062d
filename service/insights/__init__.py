"""Statistics without reader ids: prompts shown, seen, dismissed and clicked, their income, and page views by hour."""
