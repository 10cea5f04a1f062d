"""The rules of a campaign: small pure functions, in a file for each subject, asked in the order of `in_order.py`."""
