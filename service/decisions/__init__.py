"""Should this reader be asked now, and how? Rules, the reader's own history, and the answer with its reasons."""
