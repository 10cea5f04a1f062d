"""The inbox of Stripe's events, facts about giving, and contributions."""

from alembic import op

revision = "0005"
down_revision = "0004"

STRIPE_EVENTS = """
CREATE TABLE stripe_events (
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    api_version TEXT,
    created_at TIMESTAMP WITH TIME ZONE,
    object_type TEXT,
    object_id TEXT,
    sealed_body BYTEA,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT NOT NULL,
    attempt_count INTEGER NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    CONSTRAINT pk_stripe_events PRIMARY KEY (id),
    CONSTRAINT ck_stripe_events_status CHECK (status IN ('received', 'failing', 'done', 'ignored', 'dead'))
)
"""
PULL_CURSORS = """
CREATE TABLE pull_cursors (
    name TEXT NOT NULL,
    pulled_through_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_pull_cursors PRIMARY KEY (name)
)
"""
CHECKOUT_SESSIONS = """
CREATE TABLE checkout_sessions (
    id TEXT NOT NULL,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    amount_total_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contribution_id TEXT,
    site TEXT,
    interval TEXT,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
    customer_id TEXT,
    payment_intent_id TEXT,
    subscription_id TEXT,
    recovered_from_id TEXT,
    presentment_amount_minor BIGINT,
    presentment_currency TEXT,
    status_rank SMALLINT NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_checkout_sessions PRIMARY KEY (id)
)
"""
PAYMENT_INTENTS = """
CREATE TABLE payment_intents (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    amount_received_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    contribution_id TEXT,
    site TEXT,
    interval TEXT,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
    latest_charge_id TEXT,
    customer_id TEXT,
    cancellation_reason TEXT,
    failure_code TEXT,
    decline_code TEXT,
    status_rank SMALLINT NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payment_intents PRIMARY KEY (id)
)
"""
SUBSCRIPTIONS = """
CREATE TABLE subscriptions (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT,
    price_interval TEXT,
    price_interval_count INTEGER,
    current_period_starts_at TIMESTAMP WITH TIME ZONE,
    current_period_ends_at TIMESTAMP WITH TIME ZONE,
    contribution_id TEXT,
    site TEXT,
    interval TEXT,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
    customer_id TEXT,
    latest_invoice_id TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_cancel_at_period_end BOOLEAN NOT NULL,
    cancel_at TIMESTAMP WITH TIME ZONE,
    canceled_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    cancellation_reason TEXT,
    cancellation_feedback TEXT,
    pause_behavior TEXT,
    pause_resumes_at TIMESTAMP WITH TIME ZONE,
    status_rank SMALLINT NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_subscriptions PRIMARY KEY (id)
)
"""
CONTRIBUTIONS = """
CREATE TABLE contributions (
    id TEXT NOT NULL,
    site TEXT NOT NULL,
    interval TEXT NOT NULL,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
    placement TEXT,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    language TEXT NOT NULL,
    covers_fee BOOLEAN NOT NULL,
    is_anonymous BOOLEAN NOT NULL,
    attempt_key TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    return_url TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checkout_session_id TEXT,
    checkout_url TEXT,
    state TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paid_minor BIGINT NOT NULL,
    refunded_minor BIGINT NOT NULL,
    paid_count INTEGER NOT NULL,
    dispute_status TEXT,
    first_paid_at TIMESTAMP WITH TIME ZONE,
    paid_until TIMESTAMP WITH TIME ZONE,
    ends_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    customer_id TEXT,
    subscription_id TEXT,
    payment_intent_id TEXT,
    recurring_minor BIGINT,
    recurring_currency TEXT,
    contributor_email TEXT,
    contributor_name TEXT,
    contributor_country TEXT,
    contributor_postal_code TEXT,
    message TEXT,
    forgotten_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_contributions PRIMARY KEY (id),
    CONSTRAINT ck_contributions_amount CHECK (amount_minor > 0)
)
"""
MAIL_OUTBOX = """
CREATE TABLE mail_outbox (
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    contribution_id TEXT NOT NULL,
    subject_id TEXT,
    caused_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT NOT NULL,
    attempt_count INTEGER NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    CONSTRAINT pk_mail_outbox PRIMARY KEY (key),
    CONSTRAINT ck_mail_outbox_status CHECK (status IN ('waiting', 'sending', 'sent', 'dropped', 'dead'))
)
"""
PORTAL_LINKS = """
CREATE TABLE portal_links (
    id TEXT NOT NULL,
    contribution_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_portal_links PRIMARY KEY (id)
)
"""
REFUND_REQUESTS = """
CREATE TABLE refund_requests (
    key TEXT NOT NULL,
    charge_id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    refund_id TEXT,
    CONSTRAINT pk_refund_requests PRIMARY KEY (key),
    CONSTRAINT ck_refund_requests_amount CHECK (amount_minor > 0)
)
"""
INDEXES = (
    "CREATE INDEX ix_stripe_events_next_attempt_at ON stripe_events (next_attempt_at) WHERE status IN ('received', 'failing')",
    "CREATE INDEX ix_stripe_events_object_id ON stripe_events (object_id)",
    "CREATE INDEX ix_stripe_events_received_at ON stripe_events (received_at)",
    "CREATE INDEX ix_checkout_sessions_contribution_id ON checkout_sessions (contribution_id)",
    "CREATE INDEX ix_payment_intents_contribution_id ON payment_intents (contribution_id)",
    "CREATE INDEX ix_subscriptions_contribution_id ON subscriptions (contribution_id)",
    "CREATE INDEX ix_subscriptions_customer_id ON subscriptions (customer_id)",
    "CREATE INDEX ix_contributions_checkout_session_id ON contributions (checkout_session_id)",
    "CREATE INDEX ix_contributions_created_at ON contributions (created_at)",
    "CREATE INDEX ix_contributions_customer_id ON contributions (customer_id)",
    "CREATE INDEX ix_contributions_email ON contributions (lower(contributor_email))",
    "CREATE INDEX ix_contributions_subscription_id ON contributions (subscription_id)",
    "CREATE UNIQUE INDEX uq_contributions_open_attempt ON contributions (attempt_key) WHERE is_open",
    "CREATE INDEX ix_mail_outbox_next_attempt_at ON mail_outbox (next_attempt_at) WHERE status = 'waiting'",
    "CREATE INDEX ix_portal_links_contribution_id_created_at ON portal_links (contribution_id, created_at)",
    "CREATE INDEX ix_refund_requests_charge_id ON refund_requests (charge_id)",
)
GRANTS = """
GRANT SELECT, INSERT, UPDATE
ON stripe_events, pull_cursors, checkout_sessions, payment_intents, subscriptions, contributions, mail_outbox, portal_links, refund_requests TO keepopen_app
"""
REFUND_GRANT = "GRANT DELETE ON refund_requests TO keepopen_app"


def upgrade() -> None:
    for statement in (
        STRIPE_EVENTS,
        PULL_CURSORS,
        CHECKOUT_SESSIONS,
        PAYMENT_INTENTS,
        SUBSCRIPTIONS,
        CONTRIBUTIONS,
        MAIL_OUTBOX,
        PORTAL_LINKS,
        REFUND_REQUESTS,
        *INDEXES,
        GRANTS,
        REFUND_GRANT,
    ):
        op.execute(statement)
