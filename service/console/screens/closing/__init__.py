"""Close the month: the checklist, and what is done about each of its steps."""
