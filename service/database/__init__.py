"""The database: engines, transactions, table metadata, migrations and the embedded PostgreSQL."""
