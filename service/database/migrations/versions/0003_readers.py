"""Signed-in readers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "readers",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("reader_hash", sa.LargeBinary, nullable=False),
        sa.Column("held", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "reader_hash", name="pk_readers"),
    )
    op.create_index("ix_readers_changed_at", "readers", ["changed_at"])
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON readers TO keepopen_app")
