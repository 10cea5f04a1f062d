"""What finance does with a contribution: refund, cancel, send a receipt or a link."""
