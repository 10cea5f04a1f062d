"""Signed-in readers: their passport and their contributions.

A reader is known by the hash of the publication's own identifier. Anonymous readers have no row; their passport is a
cookie. `held` is the encoded passport, `gifts` are the reader's contributions, and the index on `changed_at` finds the
rows that have been idle for so long that they are deleted.
"""

from alembic import op

revision = "0004_readers"
down_revision = "0003_tokens"

READERS = """
CREATE TABLE readers (
    site TEXT NOT NULL,
    reader_hash BYTEA NOT NULL,
    held BYTEA NOT NULL,
    gifts JSONB DEFAULT '[]' NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_readers PRIMARY KEY (site, reader_hash)
);
CREATE INDEX ix_readers_changed_at ON readers (changed_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON readers TO keepopen_app
"""


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(READERS)
