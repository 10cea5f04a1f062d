"""Exports: every file with its filters, prepared files with their progress, earlier runs, and batches."""
