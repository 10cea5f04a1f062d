"""What editors write: sites and campaigns, their lint, versions, publishing, and the snapshot decisions read from
memory."""
