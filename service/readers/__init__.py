"""What is known of one reader: the history, the sealed passport that carries it, and the row of a signed-in reader."""
