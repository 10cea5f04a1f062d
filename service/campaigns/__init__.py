"""Sites and campaigns: the values, documents and versions that editors write, and the snapshot that decisions read.

`lint` warns about documents that probably do not mean what they say; `snapshot` keeps what is published in memory.
"""
