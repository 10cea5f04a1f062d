"""Dead events are counted each time metrics are read, among all events ever received."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_stripe_events_dead ON stripe_events (received_at) WHERE status = 'dead'")
