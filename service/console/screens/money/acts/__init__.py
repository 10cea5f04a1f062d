"""What finance does with a contribution besides refunds: cancel, send a receipt or a link."""
