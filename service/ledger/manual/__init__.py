"""Entries by a person: reclassify, write off, settle and reverse, and the amounts that wait for such an entry."""
