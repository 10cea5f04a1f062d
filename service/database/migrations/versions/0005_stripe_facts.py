"""Stripe facts: what Stripe last reported about each object that the service knows.

A row is the newest known state of one object, and `status_rank` keeps a late report from replacing a later status.
`contribution_id`, `site`, `interval`, `campaign`, `variant`, `page_id` and `fund` repeat the metadata that the service
puts on the object; they are null if the money did not come through this service.

Statuses, types and categories are text without a check, because Stripe adds values without a new API version.
"""

from alembic import op

revision = "0005_stripe_facts"
down_revision = "0004_readers"

BALANCE_TRANSACTIONS = """
CREATE TABLE balance_transactions (
    id TEXT CONSTRAINT pk_balance_transactions PRIMARY KEY,
    amount_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reporting_category TEXT NOT NULL,
    type TEXT NOT NULL,
    source_id TEXT,
    status TEXT NOT NULL,
    balance_type TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    available_at TIMESTAMPTZ NOT NULL,
    exchange_rate NUMERIC,
    description TEXT,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_balance_transactions_source_id ON balance_transactions (source_id);
CREATE INDEX ix_balance_transactions_created_at ON balance_transactions (created_at);
GRANT SELECT, INSERT, UPDATE ON balance_transactions TO keepopen_app;

CREATE TABLE balance_transaction_fees (
    balance_transaction_id TEXT NOT NULL,
    line SMALLINT NOT NULL,
    type TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    description TEXT,
    CONSTRAINT pk_balance_transaction_fees PRIMARY KEY (balance_transaction_id, line),
    CONSTRAINT fk_balance_transaction_fees_balance_transaction_id
        FOREIGN KEY (balance_transaction_id) REFERENCES balance_transactions (id)
);
CREATE INDEX ix_balance_transaction_fees_taxes ON balance_transaction_fees (balance_transaction_id)
WHERE type IN ('tax', 'withheld_tax');
GRANT SELECT, INSERT ON balance_transaction_fees TO keepopen_app
"""

CHARGES = """
CREATE TABLE charges (
    id TEXT CONSTRAINT pk_charges PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    amount_captured_minor BIGINT NOT NULL,
    amount_refunded_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    is_paid BOOLEAN NOT NULL,
    is_captured BOOLEAN NOT NULL,
    is_refunded BOOLEAN NOT NULL,
    is_disputed BOOLEAN NOT NULL,
    balance_transaction_id TEXT,
    failure_balance_transaction_id TEXT,
    payment_intent_id TEXT,
    customer_id TEXT,
    invoice_id TEXT,
    subscription_id TEXT,
    contribution_id TEXT, site TEXT, interval TEXT, campaign TEXT, variant TEXT, page_id TEXT, fund TEXT,
    failure_code TEXT,
    outcome_type TEXT,
    risk_level TEXT,
    payment_method_type TEXT,
    card_brand TEXT,
    card_last4 TEXT,
    card_country TEXT,
    wallet TEXT,
    presentment_amount_minor BIGINT,
    presentment_currency TEXT,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_charges_payment_intent_id ON charges (payment_intent_id);
CREATE INDEX ix_charges_contribution_id ON charges (contribution_id);
CREATE INDEX ix_charges_balance_transaction_id ON charges (balance_transaction_id);
CREATE INDEX ix_charges_created_at ON charges (created_at);
CREATE INDEX ix_charges_invoice_id ON charges (invoice_id);
CREATE INDEX ix_charges_subscription_id ON charges (subscription_id);
CREATE INDEX ix_charges_failed ON charges (created_at, id) WHERE status = 'failed';
GRANT SELECT, INSERT, UPDATE ON charges TO keepopen_app
"""

REFUNDS_AND_DISPUTES = """
CREATE TABLE refunds (
    id TEXT CONSTRAINT pk_refunds PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    charge_id TEXT,
    payment_intent_id TEXT,
    balance_transaction_id TEXT,
    failure_balance_transaction_id TEXT,
    reason TEXT,
    failure_reason TEXT,
    pending_reason TEXT,
    destination_reference TEXT,
    requested_by TEXT,
    presentment_amount_minor BIGINT,
    presentment_currency TEXT,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_refunds_charge_id ON refunds (charge_id);
CREATE INDEX ix_refunds_created_at ON refunds (created_at);
CREATE INDEX ix_refunds_amount_minor ON refunds (amount_minor);
GRANT SELECT, INSERT, UPDATE ON refunds TO keepopen_app;

CREATE TABLE disputes (
    id TEXT CONSTRAINT pk_disputes PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    charge_id TEXT NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    payment_intent_id TEXT,
    balance_transaction_ids TEXT[] NOT NULL,
    is_charge_refundable BOOLEAN NOT NULL,
    reason TEXT,
    case_type TEXT,
    network_reason_code TEXT,
    evidence_due_at TIMESTAMPTZ,
    has_evidence BOOLEAN NOT NULL,
    submission_count INTEGER NOT NULL,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_disputes_charge_id ON disputes (charge_id);
GRANT SELECT, INSERT, UPDATE ON disputes TO keepopen_app
"""

# A balance transaction belongs to at most one payout, therefore it is the key of `payout_members`.
PAYOUTS = """
CREATE TABLE payouts (
    id TEXT CONSTRAINT pk_payouts PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    arrival_on DATE NOT NULL,
    is_automatic BOOLEAN NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    method TEXT NOT NULL,
    reconciliation_status TEXT NOT NULL,
    balance_transaction_id TEXT,
    failure_balance_transaction_id TEXT,
    failure_code TEXT,
    original_payout_id TEXT,
    reversed_by_id TEXT,
    trace_id TEXT,
    trace_id_status TEXT,
    statement_descriptor TEXT,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_payouts_created_at ON payouts (created_at);
GRANT SELECT, INSERT, UPDATE ON payouts TO keepopen_app;

CREATE TABLE payout_members (
    balance_transaction_id TEXT CONSTRAINT pk_payout_members PRIMARY KEY,
    payout_id TEXT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT fk_payout_members_balance_transaction_id
        FOREIGN KEY (balance_transaction_id) REFERENCES balance_transactions (id)
);
CREATE INDEX ix_payout_members_payout_id ON payout_members (payout_id);
GRANT SELECT, INSERT, UPDATE ON payout_members TO keepopen_app
"""

INVOICES = """
CREATE TABLE invoices (
    id TEXT CONSTRAINT pk_invoices PRIMARY KEY,
    status TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    amount_due_minor BIGINT NOT NULL,
    amount_paid_minor BIGINT NOT NULL,
    amount_remaining_minor BIGINT NOT NULL,
    amount_paid_off_stripe_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    customer_id TEXT,
    subscription_id TEXT,
    contribution_id TEXT, site TEXT, interval TEXT, campaign TEXT, variant TEXT, page_id TEXT, fund TEXT,
    billing_reason TEXT,
    number TEXT,
    attempt_count INTEGER NOT NULL,
    next_payment_attempt_at TIMESTAMPTZ,
    paid_at TIMESTAMPTZ,
    period_starts_at TIMESTAMPTZ,
    period_ends_at TIMESTAMPTZ,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_invoices_subscription_id ON invoices (subscription_id);
CREATE INDEX ix_invoices_contribution_id ON invoices (contribution_id);
GRANT SELECT, INSERT, UPDATE ON invoices TO keepopen_app;

CREATE TABLE invoice_payments (
    id TEXT CONSTRAINT pk_invoice_payments PRIMARY KEY,
    invoice_id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_paid_minor BIGINT NOT NULL,
    amount_requested_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    payment_intent_id TEXT,
    charge_id TEXT,
    paid_at TIMESTAMPTZ,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_invoice_payments_invoice_id ON invoice_payments (invoice_id);
GRANT SELECT, INSERT, UPDATE ON invoice_payments TO keepopen_app
"""

CHECKOUT = """
CREATE TABLE checkout_sessions (
    id TEXT CONSTRAINT pk_checkout_sessions PRIMARY KEY,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    payment_status TEXT NOT NULL,
    amount_total_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    contribution_id TEXT, site TEXT, interval TEXT, campaign TEXT, variant TEXT, page_id TEXT, fund TEXT,
    customer_id TEXT,
    payment_intent_id TEXT,
    subscription_id TEXT,
    recovered_from_id TEXT,
    presentment_amount_minor BIGINT,
    presentment_currency TEXT,
    status_rank SMALLINT NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_checkout_sessions_contribution_id ON checkout_sessions (contribution_id);
GRANT SELECT, INSERT, UPDATE ON checkout_sessions TO keepopen_app;

CREATE TABLE payment_intents (
    id TEXT CONSTRAINT pk_payment_intents PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    amount_received_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    contribution_id TEXT, site TEXT, interval TEXT, campaign TEXT, variant TEXT, page_id TEXT, fund TEXT,
    latest_charge_id TEXT,
    customer_id TEXT,
    cancellation_reason TEXT,
    failure_code TEXT,
    decline_code TEXT,
    status_rank SMALLINT NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_payment_intents_contribution_id ON payment_intents (contribution_id);
GRANT SELECT, INSERT, UPDATE ON payment_intents TO keepopen_app
"""

SUBSCRIPTIONS = """
CREATE TABLE subscriptions (
    id TEXT CONSTRAINT pk_subscriptions PRIMARY KEY,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT,
    price_interval TEXT,
    price_interval_count INTEGER,
    current_period_starts_at TIMESTAMPTZ,
    current_period_ends_at TIMESTAMPTZ,
    contribution_id TEXT, site TEXT, interval TEXT, campaign TEXT, variant TEXT, page_id TEXT, fund TEXT,
    customer_id TEXT,
    latest_invoice_id TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    is_cancel_at_period_end BOOLEAN NOT NULL,
    cancel_at TIMESTAMPTZ,
    canceled_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    cancellation_reason TEXT,
    cancellation_feedback TEXT,
    pause_behavior TEXT,
    pause_resumes_at TIMESTAMPTZ,
    status_rank SMALLINT NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_subscriptions_contribution_id ON subscriptions (contribution_id);
CREATE INDEX ix_subscriptions_customer_id ON subscriptions (customer_id);
GRANT SELECT, INSERT, UPDATE ON subscriptions TO keepopen_app
"""

# A Stripe object shows only its present status, so `fact_transitions` keeps when each status was first seen.
# `posting_queue` lists the objects whose ledger entries must be computed again, with a row for each change.
CHANGES_OF_FACTS = """
CREATE TABLE fact_transitions (
    object_id TEXT NOT NULL,
    transition TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_fact_transitions PRIMARY KEY (object_id, transition)
);
CREATE INDEX ix_fact_transitions_seen_at ON fact_transitions (seen_at);
GRANT SELECT, INSERT ON fact_transitions TO keepopen_app;

CREATE TABLE posting_queue (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_posting_queue PRIMARY KEY,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL
);
GRANT SELECT, INSERT, DELETE ON posting_queue TO keepopen_app
"""

# The inbox keeps no body of an event about a customer in this list, or with a name whose keyed hash is in the other.
FORGOTTEN = """
CREATE TABLE forgotten_customers (
    customer_id TEXT CONSTRAINT pk_forgotten_customers PRIMARY KEY,
    forgotten_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON forgotten_customers TO keepopen_app;

CREATE TABLE erased_names (
    name_hash BYTEA CONSTRAINT pk_erased_names PRIMARY KEY,
    erased_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON erased_names TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (
        BALANCE_TRANSACTIONS,
        CHARGES,
        REFUNDS_AND_DISPUTES,
        PAYOUTS,
        INVOICES,
        CHECKOUT,
        SUBSCRIPTIONS,
        CHANGES_OF_FACTS,
        FORGOTTEN,
    ):
        cursor.execute(statements)
