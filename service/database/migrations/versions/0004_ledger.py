"""Facts and the ledger: append-only, balanced at commit, closed periods stay closed."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
CREATE TABLE balance_transactions (
    id TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    fee_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    reporting_category TEXT NOT NULL,
    type TEXT NOT NULL,
    source_id TEXT,
    status TEXT NOT NULL,
    balance_type TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    available_at TIMESTAMP WITH TIME ZONE NOT NULL,
    exchange_rate NUMERIC,
    description TEXT,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_balance_transactions PRIMARY KEY (id)
);
CREATE INDEX ix_balance_transactions_created_at ON balance_transactions (created_at);
CREATE INDEX ix_balance_transactions_source_id ON balance_transactions (source_id);
CREATE TABLE charges (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    amount_captured_minor BIGINT NOT NULL,
    amount_refunded_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    contribution_id TEXT,
    site TEXT,
    interval TEXT,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
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
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_charges PRIMARY KEY (id)
);
CREATE INDEX ix_charges_balance_transaction_id ON charges (balance_transaction_id);
CREATE INDEX ix_charges_contribution_id ON charges (contribution_id);
CREATE INDEX ix_charges_created_at ON charges (created_at);
CREATE INDEX ix_charges_payment_intent_id ON charges (payment_intent_id);
CREATE TABLE disputes (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    charge_id TEXT NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    payment_intent_id TEXT,
    balance_transaction_ids TEXT[] NOT NULL,
    is_charge_refundable BOOLEAN NOT NULL,
    reason TEXT,
    case_type TEXT,
    network_reason_code TEXT,
    evidence_due_at TIMESTAMP WITH TIME ZONE,
    has_evidence BOOLEAN NOT NULL,
    submission_count INTEGER NOT NULL,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_disputes PRIMARY KEY (id)
);
CREATE INDEX ix_disputes_charge_id ON disputes (charge_id);
CREATE TABLE fact_transitions (
    object_id TEXT NOT NULL,
    transition TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_fact_transitions PRIMARY KEY (object_id, transition)
);
CREATE TABLE invoice_payments (
    id TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_paid_minor BIGINT NOT NULL,
    amount_requested_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    payment_intent_id TEXT,
    charge_id TEXT,
    paid_at TIMESTAMP WITH TIME ZONE,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invoice_payments PRIMARY KEY (id)
);
CREATE INDEX ix_invoice_payments_invoice_id ON invoice_payments (invoice_id);
CREATE TABLE invoices (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    amount_due_minor BIGINT NOT NULL,
    amount_paid_minor BIGINT NOT NULL,
    amount_remaining_minor BIGINT NOT NULL,
    amount_paid_off_stripe_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    is_livemode BOOLEAN NOT NULL,
    customer_id TEXT,
    subscription_id TEXT,
    contribution_id TEXT,
    site TEXT,
    interval TEXT,
    campaign TEXT,
    variant TEXT,
    page_id TEXT,
    billing_reason TEXT,
    number TEXT,
    attempt_count INTEGER NOT NULL,
    next_payment_attempt_at TIMESTAMP WITH TIME ZONE,
    paid_at TIMESTAMP WITH TIME ZONE,
    period_starts_at TIMESTAMP WITH TIME ZONE,
    period_ends_at TIMESTAMP WITH TIME ZONE,
    status_rank SMALLINT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_invoices PRIMARY KEY (id)
);
CREATE INDEX ix_invoices_subscription_id ON invoices (subscription_id);
CREATE TABLE ledger_accounts (
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    CONSTRAINT pk_ledger_accounts PRIMARY KEY (code)
);
CREATE TABLE ledger_closings (
    closed_through DATE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_by TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    CONSTRAINT pk_ledger_closings PRIMARY KEY (closed_through)
);
CREATE TABLE ledger_entries (
    seq BIGINT NOT NULL,
    key TEXT NOT NULL,
    reason TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    balance_transaction_id TEXT,
    currency TEXT NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accounting_date DATE NOT NULL,
    posted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    causes TEXT[] NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (seq),
    CONSTRAINT uq_ledger_entries_key UNIQUE (key),
    CONSTRAINT uq_ledger_entries_balance_transaction_id UNIQUE (balance_transaction_id)
);
CREATE INDEX ix_ledger_entries_accounting_date ON ledger_entries (accounting_date);
CREATE INDEX ix_ledger_entries_source_id ON ledger_entries (source_id);
CREATE TABLE ledger_checks (
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    is_green BOOLEAN NOT NULL,
    detail TEXT NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_checks PRIMARY KEY (name)
);
CREATE TABLE payout_ties (
    payout_id TEXT NOT NULL,
    status TEXT NOT NULL,
    payout_status TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    difference_minor BIGINT NOT NULL,
    line_count INTEGER NOT NULL,
    tied_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payout_ties PRIMARY KEY (payout_id)
);
CREATE TABLE payouts (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payouts PRIMARY KEY (id)
);
CREATE INDEX ix_payouts_created_at ON payouts (created_at);
CREATE TABLE posting_queue (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    CONSTRAINT pk_posting_queue PRIMARY KEY (id)
);
CREATE TABLE refunds (
    id TEXT NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_refunds PRIMARY KEY (id)
);
CREATE INDEX ix_refunds_charge_id ON refunds (charge_id);
CREATE TABLE balance_transaction_fees (
    balance_transaction_id TEXT NOT NULL,
    line SMALLINT NOT NULL,
    type TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    description TEXT,
    CONSTRAINT pk_balance_transaction_fees PRIMARY KEY (balance_transaction_id, line),
    CONSTRAINT fk_balance_transaction_fees_balance_transaction_id FOREIGN KEY(balance_transaction_id) REFERENCES balance_transactions (id)
);
CREATE TABLE ledger_postings (
    entry_seq BIGINT NOT NULL,
    line SMALLINT NOT NULL,
    account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CONSTRAINT ck_ledger_postings_amount_not_zero CHECK (amount_minor <> 0),
    currency TEXT NOT NULL,
    CONSTRAINT pk_ledger_postings PRIMARY KEY (entry_seq, line),
    CONSTRAINT fk_ledger_postings_entry_seq FOREIGN KEY(entry_seq) REFERENCES ledger_entries (seq),
    CONSTRAINT fk_ledger_postings_account FOREIGN KEY(account) REFERENCES ledger_accounts (code)
);
CREATE TABLE payout_members (
    balance_transaction_id TEXT NOT NULL,
    payout_id TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payout_members PRIMARY KEY (balance_transaction_id),
    CONSTRAINT fk_payout_members_balance_transaction_id FOREIGN KEY(balance_transaction_id) REFERENCES balance_transactions (id)
);
CREATE INDEX ix_payout_members_payout_id ON payout_members (payout_id)
"""

ACCOUNTS = """
INSERT INTO ledger_accounts (code, name, kind) VALUES
('1100', 'Stripe balance', 'asset'),
('1150', 'Stripe reserves and holds', 'asset'),
('1200', 'Payouts in transit', 'asset'),
('1210', 'Bank', 'asset'),
('1300', 'Disputed funds with issuers', 'asset'),
('2200', 'Payments in process', 'liability'),
('2300', 'Failed refunds still owed to donors', 'liability'),
('4100', 'Contributions one-off', 'income'),
('4110', 'Contributions monthly', 'income'),
('4120', 'Contributions annual', 'income'),
('4200', 'Refunds to contributors', 'contra_income'),
('4300', 'Chargebacks lost', 'contra_income'),
('4900', 'Stripe receipts not from this service', 'income'),
('5100', 'Payment processing fees', 'expense'),
('5110', 'Other Stripe fees', 'expense'),
('5120', 'Tax on Stripe fees', 'expense'),
('5200', 'Dispute fees', 'expense'),
('5300', 'FX differences', 'expense'),
('9900', 'Suspense: unclassified Stripe movement', 'suspense')
"""

# At commit, because an entry and its postings are written by two statements.
BALANCED = """
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    difference numeric;
    foreign_lines bigint;
BEGIN
    SELECT coalesce(sum(p.amount_minor), 0), count(*) FILTER (WHERE p.currency <> e.currency)
    INTO difference, foreign_lines
    FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq
    WHERE p.entry_seq = NEW.entry_seq;
    IF difference <> 0 OR foreign_lines <> 0 THEN
        RAISE EXCEPTION 'ledger entry % is not balanced: off by %, % lines in another currency',
            NEW.entry_seq, difference, foreign_lines USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_postings_balanced AFTER INSERT ON ledger_postings
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balance()
"""

# Whoever asks: a mistake is corrected by another entry. Rebuilding, as the tables' owner, switches these off for itself.
APPEND_ONLY = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_postings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_closings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_closings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_accounts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_accounts
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
"""

CLOSED_PERIODS = """
CREATE FUNCTION ledger_refuse_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    late record;
BEGIN
    SELECT seq, accounting_date INTO late FROM added
    WHERE accounting_date <= (SELECT max(closed_through) FROM ledger_closings) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % would stand on %, which is closed', late.seq, late.accounting_date
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_entries_open_period AFTER INSERT ON ledger_entries
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_closed_day();
CREATE FUNCTION ledger_refuse_earlier_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.closed_through <= (SELECT max(closed_through) FROM ledger_closings) THEN
        RAISE EXCEPTION 'the ledger is closed beyond % already', NEW.closed_through USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_closings_forward BEFORE INSERT ON ledger_closings
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_earlier_closing()
"""

GRANTS = """
GRANT SELECT ON ledger_accounts TO keepopen_app;
GRANT SELECT, INSERT ON ledger_entries, ledger_postings, ledger_closings TO keepopen_app;
GRANT SELECT, INSERT ON balance_transaction_fees, fact_transitions TO keepopen_app;
GRANT SELECT, INSERT, UPDATE ON balance_transactions, charges, refunds, disputes, payouts, payout_members,
    payout_ties, invoices, invoice_payments TO keepopen_app;
GRANT SELECT, INSERT, DELETE ON posting_queue, ledger_checks TO keepopen_app
"""


def upgrade() -> None:
    for statements in (TABLES, ACCOUNTS, BALANCED, APPEND_ONLY, CLOSED_PERIODS, GRANTS):
        op.get_bind().connection.cursor().execute(statements)
