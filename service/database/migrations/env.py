"""Alembic's entry point. Migrations run on the connection that `service.database.migrate` has opened.

Each capability has a migration with its tables, functions, triggers and grants. Migrations send their SQL through the
driver's own cursor, which runs several statements at once and leaves percent signs alone.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"], transactional_ddl=True, transaction_per_migration=True
)
context.run_migrations()
