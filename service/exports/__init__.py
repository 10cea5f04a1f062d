"""CSV files for finance: exact, safe in spreadsheets, repeatable byte for byte, with a manifest and a recorded run."""
