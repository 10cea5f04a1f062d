"""Reconciliation with Stripe: how far the balance has been pulled, and the refunds that finance has requested.

A refund request is saved before Stripe is called, and Stripe's idempotency key is made from its key. If Stripe's answer
is lost, another attempt therefore does not refund a second time. If `refund_id` is null, the outcome is not known yet.
"""

from alembic import op

revision = "0011_reconciliation"
down_revision = "0010_exports"

PULL_CURSORS = """
CREATE TABLE pull_cursors (
    name TEXT CONSTRAINT pk_pull_cursors PRIMARY KEY,
    pulled_through_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON pull_cursors TO keepopen_app
"""

REFUND_REQUESTS = """
CREATE TABLE refund_requests (
    key TEXT CONSTRAINT pk_refund_requests PRIMARY KEY,
    charge_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL,
    failed_tries SMALLINT NOT NULL DEFAULT 0,
    refund_id TEXT,
    CONSTRAINT ck_refund_requests_amount CHECK (amount_minor > 0)
);
CREATE INDEX ix_refund_requests_charge_id ON refund_requests (charge_id);
GRANT SELECT, INSERT, UPDATE (failed_tries, refund_id), DELETE ON refund_requests TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (PULL_CURSORS, REFUND_REQUESTS):
        cursor.execute(statements)
