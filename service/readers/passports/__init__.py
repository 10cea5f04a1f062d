"""Passports: what a browser carries of its reader, as bytes, as cookies, and with notes beside it."""
