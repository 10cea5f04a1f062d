"""The application's role and the job queue."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None

CREATE_ROLE = """
DO $$
BEGIN
    CREATE ROLE keepopen_app NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END
$$
"""
JOB_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE
ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO keepopen_app
"""


def upgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(CREATE_ROLE)
    connection.exec_driver_sql("GRANT keepopen_app TO CURRENT_USER")
    connection.exec_driver_sql("GRANT USAGE ON SCHEMA public TO keepopen_app")
    # The library's own schema holds percent signs, so it goes to the driver without parameter parsing.
    connection.connection.driver_connection.execute(SchemaManager.get_schema())
    connection.exec_driver_sql(JOB_GRANTS)
    connection.exec_driver_sql("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO keepopen_app")
