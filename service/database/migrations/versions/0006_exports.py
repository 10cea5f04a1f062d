"""Exports: what every record was before it changed, the record of export runs, account mappings, receipts, Gift Aid."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
CREATE TABLE record_changes (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    table_name TEXT NOT NULL,
    object_id TEXT NOT NULL,
    old_row JSONB,
    CONSTRAINT pk_record_changes PRIMARY KEY (seq)
);
CREATE INDEX ix_record_changes_table_name_seq ON record_changes (table_name, seq);
CREATE TABLE export_runs (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    parameters JSONB NOT NULL,
    as_of BIGINT,
    outcome TEXT NOT NULL,
    reason TEXT,
    row_count BIGINT,
    sha256 TEXT,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_export_runs PRIMARY KEY (id),
    CONSTRAINT ck_export_runs_outcome CHECK (outcome IN ('started', 'completed', 'refused', 'failed', 'abandoned'))
);
CREATE INDEX ix_export_runs_asked_at ON export_runs (asked_at);
CREATE TABLE account_mappings (
    layout TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    applied_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_account_mappings PRIMARY KEY (layout, version)
);
CREATE TABLE gift_aid_declarations (
    id TEXT NOT NULL,
    donor_ref TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contributor_title TEXT,
    contributor_first_name TEXT,
    contributor_last_name TEXT,
    contributor_house TEXT,
    contributor_postcode TEXT,
    CONSTRAINT pk_gift_aid_declarations PRIMARY KEY (id)
);
CREATE INDEX ix_gift_aid_declarations_donor_ref ON gift_aid_declarations (donor_ref);
CREATE TABLE receipts (
    id TEXT NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    donor_ref TEXT NOT NULL,
    currency TEXT NOT NULL,
    total_given_minor BIGINT NOT NULL,
    total_refunded_minor BIGINT NOT NULL,
    payment_ids TEXT[] NOT NULL,
    contribution_id TEXT,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    replaced_by TEXT,
    CONSTRAINT pk_receipts PRIMARY KEY (id),
    CONSTRAINT uq_receipts_year_number UNIQUE (year, number)
);
CREATE UNIQUE INDEX uq_receipts_current ON receipts (year, donor_ref, currency) WHERE replaced_by IS NULL
"""

# Statement triggers keep, for every change of a fact, the row as it was, without its personal columns. The lock shared
# by all writers lets an export wait for the moment when every number given out has also been committed.
LEDGER_PROGRESS = """
CREATE FUNCTION note_ledger_progress() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(1802466418);
    INSERT INTO record_changes (table_name, object_id)
    SELECT TG_TABLE_NAME, max(seq)::text FROM added HAVING max(seq) IS NOT NULL;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_entries_progress AFTER INSERT ON ledger_entries
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_ledger_progress()
"""

PERSONAL = "{contributor_email,contributor_name,contributor_country,contributor_postal_code,message}"
DECLARED = "{contributor_title,contributor_first_name,contributor_last_name,contributor_house,contributor_postcode}"
NOTED_TABLES = (
    ("balance_transactions", "id", "{}"),
    ("charges", "id", "{}"),
    ("refunds", "id", "{}"),
    ("disputes", "id", "{}"),
    ("payouts", "id", "{}"),
    ("invoices", "id", "{}"),
    ("payout_members", "balance_transaction_id", "{}"),
    ("payout_ties", "payout_id", "{}"),
    ("subscriptions", "id", "{}"),
    ("contributions", "id", PERSONAL),
    ("gift_aid_declarations", "id", DECLARED),
    ("receipts", "id", "{}"),
)
# One function per table, so that each statement is planned once per session.
CHANGES = """
CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM added) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id) SELECT '{table}', a.{key} FROM added a ORDER BY a.{key};
    ELSIF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (SELECT FROM earlier) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id, old_row)
        SELECT '{table}', e.{key}, to_jsonb(e) - '{personal}'::text[] FROM earlier e JOIN later l ON l.{key} = e.{key}
        WHERE e.* IS DISTINCT FROM l.* ORDER BY e.{key};
    ELSE
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id, old_row)
        SELECT '{table}', e.{key}, to_jsonb(e) - '{personal}'::text[] FROM earlier e ORDER BY e.{key};
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER {table}_added AFTER INSERT ON {table}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_{table}();
CREATE TRIGGER {table}_changed AFTER UPDATE ON {table}
REFERENCING OLD TABLE AS earlier NEW TABLE AS later FOR EACH STATEMENT EXECUTE FUNCTION note_{table}();
CREATE TRIGGER {table}_removed AFTER DELETE ON {table}
REFERENCING OLD TABLE AS earlier FOR EACH STATEMENT EXECUTE FUNCTION note_{table}()
"""

# What the ledger holds already counts as reached.
REACHED = """
INSERT INTO record_changes (table_name, object_id)
SELECT 'ledger_entries', max(seq)::text FROM ledger_entries HAVING max(seq) IS NOT NULL
"""

GRANTS = """
GRANT SELECT ON record_changes TO keepopen_app;
GRANT SELECT, INSERT, UPDATE (outcome, reason, row_count, sha256, finished_at) ON export_runs TO keepopen_app;
GRANT SELECT, INSERT ON account_mappings TO keepopen_app;
GRANT SELECT, INSERT, UPDATE ON gift_aid_declarations TO keepopen_app;
GRANT SELECT, INSERT, UPDATE (replaced_by) ON receipts TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(TABLES)
    cursor.execute(LEDGER_PROGRESS)
    for table, key, personal in NOTED_TABLES:
        cursor.execute(CHANGES.format(table=table, key=key, personal=personal))
    cursor.execute(REACHED)
    cursor.execute(GRANTS)
