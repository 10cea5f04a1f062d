"""The check of a whole installation: machine, database, backups, mail and payment setup, with what to do about each."""
