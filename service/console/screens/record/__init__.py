"""What people did in the console, and whether the record of it is whole."""
