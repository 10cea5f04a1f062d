"""The engine, transactions, table metadata, migrations and the embedded PostgreSQL."""
