"""Find contributions by an address, a name, an amount, or any id of ours or of Stripe."""
