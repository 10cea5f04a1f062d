"""Files for finance: exact, formula-safe, reproducible byte for byte, with a manifest and an audit row per run."""
