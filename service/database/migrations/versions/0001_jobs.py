"""The application's role and the job queue.

The service connects as the role `keepopen_app`. Every later migration grants this role only the statements that the
service needs on its tables, and the tables themselves belong to the user who runs the migrations.

The job queue is procrastinate's own schema, in the version that is installed with this service: `procrastinate_jobs`,
`procrastinate_events`, `procrastinate_periodic_defers` and `procrastinate_workers`.
"""

from alembic import op
from procrastinate.schema import SchemaManager

from service.database.grants import CREATE_ROLE

revision = "0001_jobs"
down_revision = None

SCHEMA_GRANT = "GRANT USAGE ON SCHEMA public TO keepopen_app"
REVISION_GRANT = "GRANT SELECT ON alembic_version TO keepopen_app"  # the console shows which migration ran last

JOB_GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE
ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers TO keepopen_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (CREATE_ROLE, SCHEMA_GRANT, REVISION_GRANT, SchemaManager.get_schema(), JOB_GRANTS):
        cursor.execute(statements)
