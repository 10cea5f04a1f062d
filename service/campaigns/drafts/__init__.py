"""What editors do before a version is in force: drafts, comparing, publishing, and the order of asking."""
