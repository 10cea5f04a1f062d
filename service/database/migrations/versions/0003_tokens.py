"""Staff tokens: the name, the role and the digest of each token.

The table holds no token in plain text. The application may add and revoke tokens, and note when one was last used, but
it may not delete a token or change what it allows.
"""

from alembic import op

revision = "0003_tokens"
down_revision = "0002_campaigns"

TOKENS = """
CREATE TABLE tokens (
    token_id TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    digest BYTEA NOT NULL,
    key_fingerprint TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    site TEXT,
    expires_at TIMESTAMPTZ,
    last_used_on DATE,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT pk_tokens PRIMARY KEY (token_id),
    CONSTRAINT ck_tokens_role CHECK (role IN ('editor', 'finance', 'auditor', 'admin'))
);
GRANT SELECT, INSERT, UPDATE (last_used_on, revoked_at) ON tokens TO keepopen_app
"""


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(TOKENS)
