"""Exports: the log of changed facts, export runs, account mappings, batches, receipts and Gift Aid declarations.

An export can be repeated: with the same `as_of`, a number in `record_changes`, it gives the same file again. Triggers
therefore save the earlier state of every fact that changes, without its personal columns. The application reads the
log, but it cannot write to it.
"""

from alembic import op

revision = "0010_exports"
down_revision = "0009_insights"

# An account mapping is never changed; a new version is added. A receipt can only be marked as replaced by another one.
TABLES = """
CREATE TABLE export_runs (
    id TEXT CONSTRAINT pk_export_runs PRIMARY KEY,
    name TEXT NOT NULL,
    format TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    parameters JSONB NOT NULL,
    as_of BIGINT,
    outcome TEXT NOT NULL,
    reason TEXT,
    row_count BIGINT,
    sha256 TEXT,
    finished_at TIMESTAMPTZ,
    CONSTRAINT ck_export_runs_outcome CHECK (outcome IN ('started', 'completed', 'refused', 'failed', 'abandoned'))
);
CREATE INDEX ix_export_runs_asked_at ON export_runs (asked_at);
GRANT SELECT, INSERT, UPDATE (outcome, reason, row_count, sha256, finished_at) ON export_runs TO keepopen_app;

CREATE FUNCTION refuse_change_of_finished_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'export run % is finished and cannot change', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER export_runs_finished BEFORE UPDATE ON export_runs FOR EACH ROW WHEN (OLD.outcome <> 'started')
EXECUTE FUNCTION refuse_change_of_finished_run();

CREATE TABLE export_preparations (
    id TEXT CONSTRAINT pk_export_preparations PRIMARY KEY,
    name TEXT NOT NULL,
    parameters JSONB NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    row_total BIGINT,
    rows_so_far BIGINT NOT NULL,
    as_of BIGINT,
    byte_count BIGINT,
    sums JSONB,
    sha256 TEXT,
    reason TEXT,
    finished_at TIMESTAMPTZ,
    CONSTRAINT ck_export_preparations_state CHECK (state IN ('waiting', 'running', 'done', 'failed'))
);
CREATE INDEX ix_export_preparations_asked_at ON export_preparations (asked_at);
GRANT SELECT, INSERT, UPDATE (state, row_total, rows_so_far, as_of, byte_count, sums, sha256, reason, finished_at)
ON export_preparations TO keepopen_app;

CREATE TABLE account_mappings (
    layout TEXT NOT NULL,
    version INTEGER NOT NULL,
    document TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_account_mappings PRIMARY KEY (layout, version)
);
GRANT SELECT, INSERT ON account_mappings TO keepopen_app;

CREATE TABLE export_batches (
    number BIGINT CONSTRAINT pk_export_batches PRIMARY KEY,
    layout TEXT NOT NULL,
    granularity TEXT NOT NULL,
    currency TEXT,
    through_on DATE,
    as_of BIGINT NOT NULL,
    mapping_version INTEGER,
    home_currency TEXT,
    created_by TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON export_batches TO keepopen_app;

CREATE TABLE export_batch_entries (
    layout TEXT NOT NULL,
    entry_seq BIGINT NOT NULL,
    batch_number BIGINT NOT NULL,
    CONSTRAINT pk_export_batch_entries PRIMARY KEY (layout, entry_seq),
    CONSTRAINT fk_export_batch_entries_batch_number FOREIGN KEY (batch_number) REFERENCES export_batches (number)
);
CREATE INDEX ix_export_batch_entries_batch_number ON export_batch_entries (batch_number);
GRANT SELECT, INSERT ON export_batch_entries TO keepopen_app;

CREATE FUNCTION refuse_change_of_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a batch cannot change: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER export_batches_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON export_batches
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_batch();
CREATE TRIGGER export_batch_entries_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON export_batch_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_batch();

CREATE TABLE receipts (
    id TEXT CONSTRAINT pk_receipts PRIMARY KEY,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    donor_ref TEXT NOT NULL,
    currency TEXT NOT NULL,
    total_given_minor BIGINT NOT NULL,
    total_refunded_minor BIGINT NOT NULL,
    payment_ids TEXT[] NOT NULL,
    contribution_id TEXT,
    issued_at TIMESTAMPTZ NOT NULL,
    replaced_by TEXT,
    CONSTRAINT uq_receipts_year_number UNIQUE (year, number)
);
CREATE INDEX ix_receipts_issued_at_year_number ON receipts (issued_at, year, number);
CREATE UNIQUE INDEX uq_receipts_current ON receipts (year, donor_ref, currency) WHERE replaced_by IS NULL;
GRANT SELECT, INSERT, UPDATE (replaced_by) ON receipts TO keepopen_app;

CREATE TABLE gift_aid_declarations (
    id TEXT CONSTRAINT pk_gift_aid_declarations PRIMARY KEY,
    donor_ref TEXT NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    declared_at TIMESTAMPTZ NOT NULL,
    contributor_title TEXT,
    contributor_first_name TEXT,
    contributor_last_name TEXT,
    contributor_house TEXT,
    contributor_postcode TEXT
);
CREATE INDEX ix_gift_aid_declarations_donor_ref ON gift_aid_declarations (donor_ref);
GRANT SELECT, INSERT, UPDATE ON gift_aid_declarations TO keepopen_app
"""

RECORD_CHANGES = """
CREATE TABLE record_changes (
    seq BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_record_changes PRIMARY KEY,
    table_name TEXT NOT NULL,
    object_id TEXT NOT NULL,
    old_row JSONB,
    noted_at TIMESTAMPTZ DEFAULT now() NOT NULL
);
CREATE INDEX ix_record_changes_table_name_seq ON record_changes (table_name, seq);
GRANT SELECT ON record_changes TO keepopen_app
"""

# All writers share the advisory lock until they commit. An export takes the lock alone for a moment and then knows that
# every number up to the newest is committed.
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

# Each table has its own function, so that PostgreSQL plans each statement once per session.
FACT_CHANGES = """
CREATE FUNCTION note_{table}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
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
        SELECT '{table}', e.{key}, to_jsonb(e) - '{not_kept}'::text[] FROM earlier e JOIN later l ON l.{key} = e.{key}
        WHERE e.* IS DISTINCT FROM l.* ORDER BY e.{key};
    ELSE
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id, old_row)
        SELECT '{table}', e.{key}, to_jsonb(e) - '{not_kept}'::text[] FROM earlier e ORDER BY e.{key};
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

KEYS = {
    "balance_transactions": "id",
    "charges": "id",
    "refunds": "id",
    "disputes": "id",
    "payouts": "id",
    "invoices": "id",
    "payout_members": "balance_transaction_id",
    "payout_ties": "payout_id",
    "subscriptions": "id",
    "contributions": "id",
    "gift_aid_declarations": "id",
    "receipts": "id",
}

# The log must not hold a column that forgetting a contributor or a reader empties.
NOT_KEPT = {
    "contributions": (
        "{contributor_email,contributor_name,contributor_country,contributor_postal_code,contributor_words,message,"
        "return_url,checkout_url,reader_hash}"
    ),
    "gift_aid_declarations": (
        "{contributor_title,contributor_first_name,contributor_last_name,contributor_house,contributor_postcode}"
    ),
}

# An export can be repeated as of every number in `record_points` and as of every number after the horizon, which is
# the largest of them. Between two points only the first change of each record is kept, because its `old_row` is the
# state at the earlier point. For the ledger's progress only the last change before a point is kept. The function runs
# with the rights of its owner, because the application may prune the log only in this way.
PRUNED_CHANGES = """
CREATE TABLE record_points (
    seq BIGINT CONSTRAINT pk_record_points PRIMARY KEY,
    is_horizon BOOLEAN NOT NULL
);
GRANT SELECT ON record_points TO keepopen_app;

CREATE FUNCTION prune_record_changes(kept_days integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    earlier bigint := coalesce((SELECT max(seq) FROM record_points), -1);
    horizon bigint := (SELECT max(seq) FROM record_changes WHERE noted_at < now() - make_interval(days => kept_days));
    pruned bigint;
BEGIN
    IF kept_days < 31 THEN
        RAISE EXCEPTION 'changes must be kept for at least 31 days' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF horizon IS NULL OR horizon <= earlier THEN
        RETURN 0;
    END IF;
    DELETE FROM record_points WHERE is_horizon;
    INSERT INTO record_points
    SELECT DISTINCT as_of, false FROM export_runs
    WHERE outcome = 'completed' AND as_of BETWEEN earlier AND horizon
    AND (parameters->>'to')::date <= (SELECT max(closed_through) FROM ledger_closings)
    ON CONFLICT DO NOTHING;
    INSERT INTO record_points
    SELECT DISTINCT as_of, false FROM export_batches WHERE as_of BETWEEN earlier AND horizon
    ON CONFLICT DO NOTHING;
    INSERT INTO record_points
    SELECT as_of, false FROM ledger_closings WHERE as_of BETWEEN earlier AND horizon
    ON CONFLICT DO NOTHING;
    INSERT INTO record_points VALUES (horizon, true) ON CONFLICT DO NOTHING;
    DELETE FROM record_changes WHERE seq IN (
        SELECT seq FROM (
            SELECT c.seq, c.table_name = 'ledger_entries' AS is_progress, i.after_seq,
                row_number() OVER (PARTITION BY i.seq, c.table_name, c.object_id ORDER BY c.seq) AS place,
                max(c.seq) OVER (PARTITION BY i.seq, c.table_name) AS last_seq
            FROM (SELECT seq, lag(seq) OVER (ORDER BY seq) AS after_seq FROM record_points) i
            JOIN record_changes c ON c.seq > coalesce(i.after_seq, -1) AND c.seq <= i.seq
        ) placed
        WHERE seq < horizon
        AND CASE WHEN is_progress THEN seq < last_seq ELSE after_seq IS NULL OR place > 1 END
    );
    GET DIAGNOSTICS pruned = ROW_COUNT;
    RETURN pruned;
END
$$;
REVOKE ALL ON FUNCTION prune_record_changes FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_record_changes TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (TABLES, RECORD_CHANGES, LEDGER_PROGRESS):
        cursor.execute(statements)
    for table, key in KEYS.items():
        cursor.execute(FACT_CHANGES.format(table=table, key=key, not_kept=NOT_KEPT.get(table, "{}")))
    cursor.execute(PRUNED_CHANGES)
