"""Staff tokens: the name, the role and the digest of each token.

The table holds no token in plain text. The application may revoke a token, but it may not delete one.
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
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT pk_tokens PRIMARY KEY (token_id),
    CONSTRAINT ck_tokens_role CHECK (role IN ('editor', 'finance', 'auditor', 'admin'))
);
GRANT SELECT, INSERT, UPDATE ON tokens TO keepopen_app
"""


def upgrade() -> None:
    op.get_bind().connection.cursor().execute(TOKENS)
