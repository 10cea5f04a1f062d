"""How long every change of a fact is kept: all for a time, and for ever what repeats the exports of closed periods."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = """
ALTER TABLE record_changes ADD COLUMN noted_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
CREATE TABLE record_points (
    seq BIGINT NOT NULL,
    is_horizon BOOLEAN NOT NULL,
    CONSTRAINT pk_record_points PRIMARY KEY (seq)
);
GRANT SELECT ON record_points TO keepopen_app
"""

# Points that can be asked for: those in the table, and every one after the last of them, the horizon. Between two points
# the first change of a record says how it stood at the earlier one; the others are nobody's any more. Of the ledger's
# progress the last note before a point says how far it had come. The application may ask for this, and delete nothing.
PRUNE = """
CREATE FUNCTION prune_record_changes(kept_days integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    earlier bigint := coalesce((SELECT max(seq) FROM record_points), -1);
    horizon bigint := (SELECT max(seq) FROM record_changes WHERE noted_at < now() - make_interval(days => kept_days));
    pruned bigint;
BEGIN
    IF kept_days < 31 THEN
        RAISE EXCEPTION 'changes are kept for at least 31 days' USING ERRCODE = 'invalid_parameter_value';
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
    cursor.execute(TABLES)
    cursor.execute(PRUNE)
