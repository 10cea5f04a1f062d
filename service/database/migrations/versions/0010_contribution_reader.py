"""Contributions: whether they count in their experiment, and which signed-in reader gave."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("contributions", sa.Column("is_counted", sa.Boolean, nullable=False, server_default=sa.true()))
    op.alter_column("contributions", "is_counted", server_default=None)
    op.add_column("contributions", sa.Column("reader_hash", sa.LargeBinary))
    op.create_index("ix_contributions_reader_hash", "contributions", ["reader_hash"])
