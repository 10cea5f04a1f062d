"""Campaigns and sites: documents, their versions and drafts, switches, the change log, and measured shares and amounts.

`document_versions` and `changes` can only be added to: the application may not update or delete what an editor wrote
or who changed what.
"""

from alembic import op

revision = "0002_campaigns"
down_revision = "0001_jobs"

# A document is a site or a campaign. It has any number of saved versions; at most one is published, and at most one is
# scheduled to be published later.
DOCUMENTS = """
CREATE TABLE documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    site TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    newest_version INTEGER NOT NULL,
    published_version INTEGER,
    scheduled_version INTEGER,
    scheduled_at TIMESTAMPTZ,
    CONSTRAINT pk_documents PRIMARY KEY (kind, key),
    CONSTRAINT ck_documents_kind CHECK (kind IN ('site', 'campaign')),
    CONSTRAINT ck_documents_scheduled CHECK ((scheduled_version IS NULL) = (scheduled_at IS NULL))
);
GRANT SELECT, INSERT, UPDATE ON documents TO keepopen_app;

CREATE TABLE document_versions (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    content JSON NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    saved_by TEXT NOT NULL,
    text TEXT,
    CONSTRAINT pk_document_versions PRIMARY KEY (kind, key, version),
    CONSTRAINT fk_document_versions_kind_key FOREIGN KEY (kind, key) REFERENCES documents (kind, key)
);
GRANT SELECT, INSERT ON document_versions TO keepopen_app;

CREATE TABLE changes (
    change_id BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_changes PRIMARY KEY,
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by TEXT NOT NULL,
    act TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    version INTEGER,
    note TEXT NOT NULL
);
CREATE INDEX ix_changes_kind_key ON changes (kind, key);
GRANT SELECT, INSERT ON changes TO keepopen_app
"""

# What a person has typed but not saved as a version. `content` may be wrong; `text` is it as YAML with its comments.
DRAFTS = """
CREATE TABLE drafts (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    person TEXT NOT NULL,
    site TEXT NOT NULL,
    based_on INTEGER,
    content JSON NOT NULL,
    text TEXT NOT NULL,
    revision INTEGER NOT NULL,
    saved_in TEXT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_drafts PRIMARY KEY (kind, key, person),
    CONSTRAINT ck_drafts_kind CHECK (kind IN ('site', 'campaign'))
);
CREATE INDEX ix_drafts_site ON drafts (site);
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO keepopen_app
"""

# A pause ends by itself at `ends_at`: code that reads the table compares that time with the current time.
SWITCHES = """
CREATE TABLE switches (
    site TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    is_paused BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    ends_at TIMESTAMPTZ,
    opens_gates BOOLEAN NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by TEXT NOT NULL,
    number BIGINT NOT NULL,
    saved_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_switches PRIMARY KEY (site, scope, name)
);
GRANT SELECT, INSERT, UPDATE ON switches TO keepopen_app
"""

# The table has exactly one row. Its number grows with every change that matters to decisions; a process that sees a new
# number loads the campaigns again.
SNAPSHOTS = """
CREATE TABLE snapshots (
    is_only BOOLEAN NOT NULL,
    number BIGINT NOT NULL,
    CONSTRAINT pk_snapshots PRIMARY KEY (is_only),
    CONSTRAINT ck_snapshots_is_only CHECK (is_only)
);
INSERT INTO snapshots (is_only, number) VALUES (true, 1);
GRANT SELECT, INSERT, UPDATE ON snapshots TO keepopen_app
"""

# Every process that keeps a snapshot says here, every few seconds, which one it has. The times are the database's.
SNAPSHOT_HOLDERS = """
CREATE TABLE snapshot_holders (
    holder_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    loaded_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_snapshot_holders PRIMARY KEY (holder_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON snapshot_holders TO keepopen_app
"""

# A job measures these values from contributions and counts; decisions read them.
MEASURES = """
CREATE TABLE variant_shares (
    campaign TEXT NOT NULL,
    variant TEXT NOT NULL,
    share DOUBLE PRECISION NOT NULL,
    measured_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_variant_shares PRIMARY KEY (campaign, variant),
    CONSTRAINT ck_variant_shares_share CHECK (share >= 0 AND share <= 1)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON variant_shares TO keepopen_app;

CREATE TABLE raised_amounts (
    campaign TEXT NOT NULL,
    raised_minor BIGINT NOT NULL,
    measured_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_raised_amounts PRIMARY KEY (campaign)
);
GRANT SELECT, INSERT, UPDATE ON raised_amounts TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (DOCUMENTS, DRAFTS, SWITCHES, SNAPSHOTS, SNAPSHOT_HOLDERS, MEASURES):
        cursor.execute(statements)
