"""The people of the newsroom, their invitations, sessions and passkeys, their agreements as second
persons, and the record of what they did.

- Neither the link of an invitation nor the cookie of a session is stored, only its SHA-256 hash.
- `staff_record` can only be added to, by any user, and each row carries the hash of the row before it.
- The application may not delete people, invitations or sessions, and may not hand one to another person.
"""

from alembic import op

revision = "0012_staff"
down_revision = "0011_reconciliation"

# `sites` null: the person works for all sites.
PEOPLE = """
CREATE TABLE staff_people (
    person_id TEXT CONSTRAINT pk_staff_people PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL CONSTRAINT uq_staff_people_email UNIQUE,
    roles TEXT[] NOT NULL,
    sites TEXT[],
    created_at TIMESTAMPTZ NOT NULL,
    disabled_at TIMESTAMPTZ,
    CONSTRAINT ck_staff_people_roles
        CHECK (cardinality(roles) > 0 AND roles <@ ARRAY['viewer', 'editor', 'publisher', 'finance', 'admin']),
    CONSTRAINT ck_staff_people_email CHECK (email = lower(email))
);
GRANT SELECT, INSERT, UPDATE (name, roles, sites, disabled_at) ON staff_people TO keepopen_app
"""

INVITATIONS = """
CREATE TABLE staff_invitations (
    invitation_id TEXT CONSTRAINT pk_staff_invitations PRIMARY KEY,
    person_id TEXT NOT NULL CONSTRAINT fk_staff_invitations_person_id REFERENCES staff_people (person_id),
    digest BYTEA NOT NULL CONSTRAINT uq_staff_invitations_digest UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);
CREATE INDEX ix_staff_invitations_person_id ON staff_invitations (person_id);
GRANT SELECT, INSERT, UPDATE (ended_at) ON staff_invitations TO keepopen_app
"""

SESSIONS = """
CREATE TABLE staff_sessions (
    session_id TEXT CONSTRAINT pk_staff_sessions PRIMARY KEY,
    person_id TEXT NOT NULL CONSTRAINT fk_staff_sessions_person_id REFERENCES staff_people (person_id),
    digest BYTEA NOT NULL CONSTRAINT uq_staff_sessions_digest UNIQUE,
    proof TEXT NOT NULL,
    browser TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    signed_in_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    CONSTRAINT ck_staff_sessions_proof CHECK (proof IN ('link', 'passkey', 'oidc'))
);
CREATE INDEX ix_staff_sessions_person_id ON staff_sessions (person_id);
GRANT SELECT, INSERT, UPDATE (last_seen_at, revoked_at) ON staff_sessions TO keepopen_app
"""

# A challenge that began a session or made a passkey cannot be used again.
PASSKEYS = """
CREATE TABLE staff_passkeys (
    passkey_id TEXT CONSTRAINT pk_staff_passkeys PRIMARY KEY,
    person_id TEXT NOT NULL CONSTRAINT fk_staff_passkeys_person_id REFERENCES staff_people (person_id),
    name TEXT NOT NULL,
    credential_id BYTEA NOT NULL CONSTRAINT uq_staff_passkeys_credential_id UNIQUE,
    public_key BYTEA NOT NULL,
    sign_count BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    removed_at TIMESTAMPTZ
);
CREATE INDEX ix_staff_passkeys_person_id ON staff_passkeys (person_id);
GRANT SELECT, INSERT, UPDATE (sign_count, last_used_at, removed_at) ON staff_passkeys TO keepopen_app;

CREATE TABLE staff_used_challenges (
    challenge BYTEA CONSTRAINT pk_staff_used_challenges PRIMARY KEY,
    used_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON staff_used_challenges TO keepopen_app
"""

IDENTITIES = """
CREATE TABLE staff_identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id TEXT NOT NULL CONSTRAINT fk_staff_identities_person_id REFERENCES staff_people (person_id),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_staff_identities PRIMARY KEY (issuer, subject),
    CONSTRAINT uq_staff_identities_person_id_issuer UNIQUE (person_id, issuer)
);
GRANT SELECT, INSERT ON staff_identities TO keepopen_app
"""

AGREEMENTS = """
CREATE TABLE staff_agreements (
    request_id TEXT CONSTRAINT pk_staff_agreements PRIMARY KEY,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    details JSONB NOT NULL,
    site TEXT,
    requested_by TEXT NOT NULL CONSTRAINT fk_staff_agreements_requested_by REFERENCES staff_people (person_id),
    requested_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT CONSTRAINT fk_staff_agreements_decided_by REFERENCES staff_people (person_id),
    decided_at TIMESTAMPTZ,
    note TEXT NOT NULL,
    performed_at TIMESTAMPTZ,
    CONSTRAINT ck_staff_agreements_state CHECK (state IN ('open', 'agreed', 'refused', 'withdrawn')),
    CONSTRAINT ck_staff_agreements_second_person CHECK (state <> 'agreed' OR decided_by <> requested_by),
    CONSTRAINT ck_staff_agreements_decided CHECK ((state = 'open') = (decided_by IS NULL))
);
CREATE INDEX ix_staff_agreements_requested_at ON staff_agreements (requested_at);
GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, note, performed_at) ON staff_agreements TO keepopen_app
"""

# `details` is JSON and not JSONB, so that the text which was hashed is the text which is kept.
RECORD = """
CREATE TABLE staff_record (
    number BIGINT CONSTRAINT pk_staff_record PRIMARY KEY,
    done_at TIMESTAMPTZ NOT NULL,
    person_id TEXT NOT NULL,
    person_name TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    details JSON NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX ix_staff_record_person_id_number ON staff_record (person_id, number);
CREATE INDEX ix_staff_record_act_number ON staff_record (act, number);
CREATE INDEX ix_staff_record_done_at ON staff_record (done_at);
GRANT SELECT, INSERT ON staff_record TO keepopen_app;

CREATE TABLE staff_record_checks (
    check_id BIGINT GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_staff_record_checks PRIMARY KEY,
    checked_at TIMESTAMPTZ NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    problem TEXT
);
GRANT SELECT, INSERT ON staff_record_checks TO keepopen_app
"""

CHAINED = """
CREATE FUNCTION staff_record_follows() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    newest record;
BEGIN
    SELECT number, hash INTO newest FROM staff_record ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(newest.number, 0) + 1 OR NEW.previous_hash <> coalesce(newest.hash, ''::bytea) THEN
        RAISE EXCEPTION 'row % of staff_record does not follow the newest row', NEW.number
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER staff_record_chained BEFORE INSERT ON staff_record
FOR EACH ROW EXECUTE FUNCTION staff_record_follows();

CREATE FUNCTION staff_record_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the record is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER staff_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON staff_record
FOR EACH STATEMENT EXECUTE FUNCTION staff_record_refuse_change()
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (PEOPLE, INVITATIONS, SESSIONS, PASSKEYS, IDENTITIES, AGREEMENTS, RECORD, CHAINED):
        cursor.execute(statements)
