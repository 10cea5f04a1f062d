"""Contributions of readers, from the start of a checkout to the end. Stripe's facts alone decide their state."""
