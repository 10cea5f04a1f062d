"""Documents that editors write, what is published of them, switches, the record of changes, and staff tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("newest_version", sa.Integer, nullable=False),
        sa.Column("published_version", sa.Integer),
        sa.Column("scheduled_version", sa.Integer),
        sa.Column("scheduled_at", INSTANT),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_documents"),
        sa.CheckConstraint("kind IN ('site', 'campaign')", name="ck_documents_kind"),
        sa.CheckConstraint("(scheduled_version IS NULL) = (scheduled_at IS NULL)", name="ck_documents_scheduled"),
    )
    op.create_table(
        "document_versions",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("saved_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", "version", name="pk_document_versions"),
        sa.ForeignKeyConstraint(
            ["kind", "key"], ["documents.kind", "documents.key"], name="fk_document_versions_kind_key"
        ),
    )
    op.create_table(
        "switches",
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("is_paused", sa.Boolean, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("site", "scope", "name", name="pk_switches"),
    )
    snapshots = op.create_table(
        "snapshots",
        sa.Column("is_only", sa.Boolean, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("is_only", name="pk_snapshots"),
        sa.CheckConstraint("is_only", name="ck_snapshots_is_only"),
    )
    op.bulk_insert(snapshots, [{"is_only": True, "number": 1}])
    op.create_table(
        "changes",
        sa.Column("change_id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="pk_changes"),
    )
    op.create_index("ix_changes_kind_key", "changes", ["kind", "key"])
    op.create_table(
        "variant_shares",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("variant", sa.Text, nullable=False),
        sa.Column("share", sa.Double, nullable=False),
        sa.Column("measured_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("campaign", "variant", name="pk_variant_shares"),
        sa.CheckConstraint("share >= 0 AND share <= 1", name="ck_variant_shares_share"),
    )
    op.create_table(
        "raised_amounts",
        sa.Column("campaign", sa.Text, nullable=False),
        sa.Column("raised_minor", sa.BigInteger, nullable=False),
        sa.Column("measured_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("campaign", name="pk_raised_amounts"),
    )
    op.create_table(
        "tokens",
        sa.Column("token_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("token_id", name="pk_tokens"),
        sa.CheckConstraint("role IN ('editor', 'finance', 'auditor', 'admin')", name="ck_tokens_role"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON documents, switches, snapshots, raised_amounts, tokens TO keepopen_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON variant_shares TO keepopen_app")
    # What was said and who said it is never rewritten.
    op.execute("GRANT SELECT, INSERT ON document_versions, changes TO keepopen_app")
