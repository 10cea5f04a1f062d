"""The inbox of Stripe's events.

An event is saved before Stripe gets its answer, and the primary key drops repeated deliveries. `sealed_body` is the
encrypted body; it is emptied after the retention period, but the row stays.
"""

from alembic import op

revision = "0006_stripe_events"
down_revision = "0005_stripe_facts"

# The partial indexes serve the worker, which asks for events that are due, and the metrics, which count dead events
# among all events ever received.
STRIPE_EVENTS = """
CREATE TABLE stripe_events (
    id TEXT CONSTRAINT pk_stripe_events PRIMARY KEY,
    type TEXT NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    api_version TEXT,
    created_at TIMESTAMPTZ,
    object_type TEXT,
    object_id TEXT,
    sealed_body BYTEA,
    received_at TIMESTAMPTZ NOT NULL,
    status TEXT NOT NULL,
    attempt_count INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    last_error TEXT,
    CONSTRAINT ck_stripe_events_status CHECK (status IN ('received', 'failing', 'done', 'ignored', 'dead'))
);
CREATE INDEX ix_stripe_events_next_attempt_at ON stripe_events (next_attempt_at)
    WHERE status IN ('received', 'failing');
CREATE INDEX ix_stripe_events_object_id ON stripe_events (object_id);
CREATE INDEX ix_stripe_events_received_at ON stripe_events (received_at);
CREATE INDEX ix_stripe_events_dead ON stripe_events (received_at) WHERE status = 'dead';
GRANT SELECT, INSERT, UPDATE ON stripe_events TO keepopen_app
"""


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(STRIPE_EVENTS)
