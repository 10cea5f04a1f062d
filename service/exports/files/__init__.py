"""The CSV files for finance: a module for each file, with its columns, its sign rule, its SQL and its order."""
