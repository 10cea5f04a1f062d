"""Annual receipts for donors, and the Gift Aid declarations of United Kingdom taxpayers."""
