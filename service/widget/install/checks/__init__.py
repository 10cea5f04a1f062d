"""The rules of the installation check, a file per subject. Each takes what was read or seen and yields findings."""
