"""Kept changes of contributions no longer hold what forgetting empties: the page, the hosted page, the signed-in reader."""

from alembic import op

revision = "0012"
down_revision = "0011"

NOT_KEPT = (
    "{contributor_email,contributor_name,contributor_country,contributor_postal_code,message,"
    "return_url,checkout_url,reader_hash}"
)
NOTE = """
CREATE OR REPLACE FUNCTION note_contributions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT FROM added) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id) SELECT 'contributions', a.id FROM added a ORDER BY a.id;
    ELSIF TG_OP = 'UPDATE' THEN
        IF NOT EXISTS (SELECT FROM earlier) THEN
            RETURN NULL;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id, old_row)
        SELECT 'contributions', e.id, to_jsonb(e) - '{not_kept}'::text[] FROM earlier e JOIN later l ON l.id = e.id
        WHERE e.* IS DISTINCT FROM l.* ORDER BY e.id;
    ELSE
        PERFORM pg_advisory_xact_lock_shared(1802466418);
        INSERT INTO record_changes (table_name, object_id, old_row)
        SELECT 'contributions', e.id, to_jsonb(e) - '{not_kept}'::text[] FROM earlier e ORDER BY e.id;
    END IF;
    RETURN NULL;
END
$$
"""
EMPTIED = """
UPDATE record_changes SET old_row = old_row - '{not_kept}'::text[]
WHERE table_name = 'contributions' AND old_row ?| '{not_kept}'::text[]
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(NOTE.replace("{not_kept}", NOT_KEPT))
    cursor.execute(EMPTIED.replace("{not_kept}", NOT_KEPT))
