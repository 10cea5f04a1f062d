"""What an operator does: set up, look, back up, restore and upgrade. `python -m service.operations` runs it."""
