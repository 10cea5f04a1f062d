"""The journal in the columns of accounting systems, with the organisation's own accounts."""
