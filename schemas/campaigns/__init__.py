"""Schemas of the documents that editors write: sites, campaigns and their parts."""
