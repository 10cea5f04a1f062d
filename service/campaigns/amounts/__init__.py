"""Suggested amounts and limits by currency, and the list prices of card payments."""
