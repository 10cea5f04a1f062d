"""Documents in words: what every field is called, rules as sentences, and what differs between two documents.

Every screen and message takes these words from here.
"""
