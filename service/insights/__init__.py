"""How often prompts were shown, seen, dismissed and clicked, per variant and day. Never by whom."""
