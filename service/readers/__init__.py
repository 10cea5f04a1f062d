"""What the service knows about a reader: the history, the passport that carries it, the row of a signed-in reader."""
