"""Supporters' data: find a person, show and download all that is held, and erase it."""
