"""The editor of campaigns and sites: a form of every field, the file, and the real prompt beside it."""
