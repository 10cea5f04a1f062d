"""Annual receipts and Gift Aid declarations: what a donor gets in writing, and what the law asks for."""
