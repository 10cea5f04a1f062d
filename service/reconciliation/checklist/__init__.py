"""The checklist of a month: everything that must be true before its books are closed, and what to do if it is not."""
