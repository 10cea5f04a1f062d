"""Money: what came in, what it cost, what went back, and every contribution behind it."""
