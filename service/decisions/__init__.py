"""Decide for each page view which prompts to show and whether the article is open, and record why."""
