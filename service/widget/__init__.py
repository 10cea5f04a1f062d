"""What runs in the reader's browser: plain ES modules, served as they are, under the hash of what they contain."""
