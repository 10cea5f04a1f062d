"""What operators need to know about this database: the keys it was used with, and its backups.

A fingerprint shows whether a secret key is the one that sealed what is in this database, and nothing else about it.
"""

from alembic import op

revision = "0014_operations"
down_revision = "0013_ledger_site_totals"

KEY_FINGERPRINTS = """
CREATE TABLE key_fingerprints (
    fingerprint TEXT CONSTRAINT pk_key_fingerprints PRIMARY KEY,
    first_seen_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON key_fingerprints TO keepopen_app
"""

BACKUPS = """
CREATE TABLE backups (
    name TEXT CONSTRAINT pk_backups PRIMARY KEY,
    made_at TIMESTAMPTZ NOT NULL,
    byte_count BIGINT NOT NULL,
    verified_at TIMESTAMPTZ
);
GRANT SELECT, INSERT, UPDATE (verified_at) ON backups TO keepopen_app
"""


# `doctor` compares the newest migration with those of the service.
REVISION = "GRANT SELECT ON alembic_version TO keepopen_app"


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (KEY_FINGERPRINTS, BACKUPS, REVISION):
        cursor.execute(statements)
