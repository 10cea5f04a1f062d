"""What signed-in readers gave and what became of it, beside their rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("readers", sa.Column("gifts", JSONB, nullable=False, server_default="[]"))
