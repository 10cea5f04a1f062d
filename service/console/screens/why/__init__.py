"""The screen that says why a reader is asked or not."""
