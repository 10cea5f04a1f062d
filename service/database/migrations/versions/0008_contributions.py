"""Contributions, the mail about them, the links to the contributor portal, and the record of erasures.

A contribution is a row from the moment a reader submits the form. `attempt_key` has at most one open row, so that a
second click on the button joins the first attempt. Forgetting a contributor sets `forgotten_at` and empties the columns
`contributor_*`, `message`, `return_url`, `checkout_url` and `reader_hash`.
"""

from alembic import op

revision = "0008_contributions"
down_revision = "0007_ledger"

# The words of an address and a name, without accents, as staff search for them.
WORDS = r"""
CREATE FUNCTION search_words(email TEXT, name TEXT) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('simple'::regconfig, translate(
    regexp_replace(normalize(coalesce(email, '') || ' ' || coalesce(name, ''), NFKD), '[\u0300-\u036f]+', '', 'g'),
    '@._-+''/:', '        '
));
"""

CONTRIBUTIONS = """
CREATE TABLE contributions (
    id TEXT CONSTRAINT pk_contributions PRIMARY KEY,
    site TEXT NOT NULL,
    interval TEXT NOT NULL,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
    fund TEXT,
    placement TEXT,
    is_counted BOOLEAN NOT NULL,
    reader_hash BYTEA,
    amount_minor BIGINT NOT NULL,
    chosen_minor BIGINT,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    covers_fee BOOLEAN NOT NULL,
    is_anonymous BOOLEAN NOT NULL,
    attempt_key TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    return_url TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    checkout_session_id TEXT,
    checkout_url TEXT,
    state TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    paid_minor BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    paid_count INTEGER NOT NULL,
    dispute_status TEXT,
    first_paid_at TIMESTAMPTZ,
    paid_until TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    customer_id TEXT,
    donor_ref TEXT,
    subscription_id TEXT,
    payment_intent_id TEXT,
    recurring_minor BIGINT,
    recurring_currency TEXT,
    contributor_email TEXT,
    contributor_name TEXT,
    contributor_country TEXT,
    contributor_postal_code TEXT,
    contributor_words TSVECTOR GENERATED ALWAYS AS (search_words(contributor_email, contributor_name)) STORED,
    message TEXT,
    forgotten_at TIMESTAMPTZ,
    CONSTRAINT ck_contributions_amount CHECK (amount_minor > 0)
);
CREATE UNIQUE INDEX uq_contributions_open_attempt ON contributions (attempt_key) WHERE is_open;
CREATE INDEX ix_contributions_customer_id ON contributions (customer_id);
CREATE INDEX ix_contributions_donor_ref ON contributions (donor_ref);
CREATE INDEX ix_contributions_reader_hash ON contributions (reader_hash);
CREATE INDEX ix_contributions_subscription_id ON contributions (subscription_id);
CREATE INDEX ix_contributions_checkout_session_id ON contributions (checkout_session_id);
CREATE INDEX ix_contributions_email ON contributions (lower(contributor_email));
CREATE INDEX ix_contributions_words ON contributions USING gin (contributor_words);
CREATE INDEX ix_contributions_created_at_id ON contributions (created_at, id);
CREATE INDEX ix_contributions_site_first_paid_at ON contributions (site, first_paid_at);
CREATE INDEX ix_contributions_payment_intent_id ON contributions (payment_intent_id);
CREATE INDEX ix_contributions_amount_minor ON contributions (amount_minor);
CREATE INDEX ix_contributions_chosen_minor ON contributions (chosen_minor);
CREATE INDEX ix_contributions_recurring_minor ON contributions (recurring_minor) WHERE recurring_minor IS NOT NULL;
GRANT SELECT, INSERT, UPDATE ON contributions TO keepopen_app
"""

# The key names the mail, so that the same mail is queued only once.
MAIL_OUTBOX = """
CREATE TABLE mail_outbox (
    key TEXT CONSTRAINT pk_mail_outbox PRIMARY KEY,
    kind TEXT NOT NULL,
    contribution_id TEXT NOT NULL,
    subject_id TEXT,
    caused_at TIMESTAMPTZ NOT NULL,
    status TEXT NOT NULL,
    attempt_count INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    last_error TEXT,
    CONSTRAINT ck_mail_outbox_status CHECK (status IN ('waiting', 'sending', 'sent', 'dropped', 'dead'))
);
CREATE INDEX ix_mail_outbox_contribution_id ON mail_outbox (contribution_id);
CREATE INDEX ix_mail_outbox_next_attempt_at ON mail_outbox (next_attempt_at) WHERE status = 'waiting';
GRANT SELECT, INSERT, UPDATE, DELETE ON mail_outbox TO keepopen_app
"""

PORTAL_LINKS = """
CREATE TABLE portal_links (
    id TEXT CONSTRAINT pk_portal_links PRIMARY KEY,
    contribution_id TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX ix_portal_links_contribution_id_created_at ON portal_links (contribution_id, created_at);
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON portal_links TO keepopen_app
"""

# Rows are only added: the record shows who erased whom and when, by a hash of the person.
ERASURES = """
CREATE TABLE erasures (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_erasures PRIMARY KEY,
    kind TEXT NOT NULL,
    subject_hash BYTEA NOT NULL,
    erased_by TEXT NOT NULL,
    erased_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON erasures TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (WORDS, CONTRIBUTIONS, MAIL_OUTBOX, PORTAL_LINKS, ERASURES):
        cursor.execute(statements)
