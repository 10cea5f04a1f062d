"""Daily counts of prompts per variant."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "prompt_counts",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("is_counted", sa.Boolean, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("site", "campaign", "variant", "day", "is_counted", "event", name="pk_prompt_counts"),
        sa.CheckConstraint("event IN ('shown', 'seen', 'dismissed', 'clicked')", name="ck_prompt_counts_event"),
        sa.CheckConstraint("count > 0", name="ck_prompt_counts_count"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON prompt_counts TO keepopen_app")
