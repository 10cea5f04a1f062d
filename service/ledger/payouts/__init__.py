"""Payouts tied to the cent: what a payout carried, compared with the amount that went to the bank."""
