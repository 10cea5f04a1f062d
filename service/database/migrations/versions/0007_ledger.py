"""The ledger: accounts, entries, entries by a person, closed periods, sums per day, payout ties and check results.

The database itself keeps these promises, against every user:

- Accounts, entries, postings and closings are append-only. A mistake is corrected by another entry.
- Every entry balances to zero when its transaction commits, in the currency of the entry, and has the number of lines
  that it says. So no line can be added to an entry later, not even a balanced pair.
- No entry is added to a closed day. Closing moves the last closed day forward; only a reopening moves it back.
- The person who proposed an entry above the limit does not approve it, and reopening needs two persons.
- `ledger_day_totals` are the sums of the postings, updated in the transaction that adds the postings.

Rebuilding the ledger, as the owner of the tables, is the only exception: it disables the triggers for its transaction.
"""

from alembic import op

revision = "0007_ledger"
down_revision = "0006_stripe_events"

ACCOUNTS = """
CREATE TABLE ledger_accounts (
    code TEXT CONSTRAINT pk_ledger_accounts PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL
);
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
('9900', 'Suspense: unclassified Stripe movement', 'suspense');
GRANT SELECT, INSERT ON ledger_accounts TO keepopen_app
"""

ENTRIES = """
CREATE TABLE ledger_entries (
    seq BIGINT CONSTRAINT pk_ledger_entries PRIMARY KEY,
    key TEXT NOT NULL CONSTRAINT uq_ledger_entries_key UNIQUE,
    reason TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source_id TEXT NOT NULL,
    balance_transaction_id TEXT CONSTRAINT uq_ledger_entries_balance_transaction_id UNIQUE,
    currency TEXT NOT NULL,
    effective_at TIMESTAMPTZ NOT NULL,
    accounting_date DATE NOT NULL,
    posted_at TIMESTAMPTZ NOT NULL,
    causes TEXT[] NOT NULL,
    line_count SMALLINT NOT NULL
);
CREATE INDEX ix_ledger_entries_accounting_date_seq ON ledger_entries (accounting_date, seq);
CREATE INDEX ix_ledger_entries_source_id ON ledger_entries (source_id);
CREATE INDEX ix_ledger_entries_effective_at ON ledger_entries (effective_at);
CREATE INDEX ix_ledger_entries_recognised ON ledger_entries (source_id)
WHERE reason IN ('charge_succeeded', 'charge_succeeded_not_ours', 'charge_matched');
CREATE INDEX ix_ledger_entries_unsettled ON ledger_entries (accounting_date)
WHERE reason IN ('charge_in_process', 'charge_matched');
CREATE INDEX ix_ledger_entries_late ON ledger_entries (accounting_date)
WHERE accounting_date > (effective_at AT TIME ZONE 'UTC')::date + 1;
CREATE INDEX ix_ledger_entries_manual_causes ON ledger_entries USING gin (causes) WHERE source_type = 'manual_entry';
GRANT SELECT, INSERT ON ledger_entries TO keepopen_app;

CREATE TABLE ledger_postings (
    entry_seq BIGINT NOT NULL,
    line SMALLINT NOT NULL,
    account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CONSTRAINT ck_ledger_postings_amount_not_zero CHECK (amount_minor <> 0),
    currency TEXT NOT NULL,
    CONSTRAINT pk_ledger_postings PRIMARY KEY (entry_seq, line),
    CONSTRAINT fk_ledger_postings_entry_seq FOREIGN KEY (entry_seq) REFERENCES ledger_entries (seq),
    CONSTRAINT fk_ledger_postings_account FOREIGN KEY (account) REFERENCES ledger_accounts (code)
);
CREATE INDEX ix_ledger_postings_open_items ON ledger_postings (account) WHERE account IN ('2300', '4900', '9900');
CREATE INDEX ix_ledger_postings_rare ON ledger_postings (account) WHERE account IN ('1300', '4200', '4300', '5300');
GRANT SELECT, INSERT ON ledger_postings TO keepopen_app
"""

# The triggers are deferred to the commit, because one statement adds the entries and another adds the postings. The one
# on entries refuses an entry whose lines are missing; otherwise these could be added in a later transaction.
BALANCED_ENTRIES = """
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    number bigint;
    difference numeric;
    foreign_lines bigint;
    lines bigint;
    wanted_lines bigint;
BEGIN
    IF TG_TABLE_NAME = 'ledger_entries' THEN number := NEW.seq; ELSE number := NEW.entry_seq; END IF;
    SELECT coalesce(sum(p.amount_minor), 0), count(*) FILTER (WHERE p.currency <> e.currency), count(p.line),
        max(e.line_count)
    INTO difference, foreign_lines, lines, wanted_lines
    FROM ledger_entries e LEFT JOIN ledger_postings p ON p.entry_seq = e.seq
    WHERE e.seq = number;
    IF difference <> 0 OR foreign_lines <> 0 THEN
        RAISE EXCEPTION 'ledger entry % is not balanced: off by %, % lines in another currency',
            number, difference, foreign_lines USING ERRCODE = 'check_violation';
    END IF;
    IF lines <> wanted_lines THEN
        RAISE EXCEPTION 'ledger entry % must have % lines, but would have %', number, wanted_lines, lines
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_postings_balanced AFTER INSERT ON ledger_postings
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balance();
CREATE CONSTRAINT TRIGGER ledger_entries_complete AFTER INSERT ON ledger_entries
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_check_balance()
"""

# The function runs with the rights of its owner, so that the application can read the sums but not change them.
DAY_TOTALS = """
CREATE TABLE ledger_day_totals (
    accounting_date DATE NOT NULL,
    currency TEXT NOT NULL,
    account TEXT NOT NULL,
    debit_minor BIGINT NOT NULL,
    credit_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_day_totals PRIMARY KEY (accounting_date, currency, account)
);
GRANT SELECT ON ledger_day_totals TO keepopen_app;

CREATE FUNCTION ledger_add_to_day_totals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_day_totals AS t
    SELECT e.accounting_date, a.currency, a.account, sum(greatest(a.amount_minor, 0)), sum(greatest(-a.amount_minor, 0))
    FROM added a JOIN ledger_entries e ON e.seq = a.entry_seq GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (accounting_date, currency, account) DO UPDATE
    SET debit_minor = t.debit_minor + excluded.debit_minor, credit_minor = t.credit_minor + excluded.credit_minor;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_postings_totalled AFTER INSERT ON ledger_postings
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_add_to_day_totals()
"""

CLOSED_PERIODS = """
CREATE TABLE ledger_reopening_requests (
    id TEXT CONSTRAINT pk_ledger_reopening_requests PRIMARY KEY,
    first_day DATE NOT NULL,
    why TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    requested_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT ON ledger_reopening_requests TO keepopen_app;

CREATE TABLE ledger_closings (
    number BIGINT GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_ledger_closings PRIMARY KEY,
    kind TEXT NOT NULL,
    closed_through DATE,
    closed_at TIMESTAMPTZ NOT NULL,
    closed_by TEXT NOT NULL,
    last_seq BIGINT NOT NULL,
    as_of BIGINT,
    accepted TEXT[] NOT NULL,
    why TEXT,
    request_id TEXT CONSTRAINT uq_ledger_closings_request_id UNIQUE,
    CONSTRAINT fk_ledger_closings_request_id FOREIGN KEY (request_id) REFERENCES ledger_reopening_requests (id),
    CONSTRAINT ck_ledger_closings_kind CHECK (
        (kind = 'closed' AND closed_through IS NOT NULL AND request_id IS NULL)
        OR (kind = 'reopened' AND request_id IS NOT NULL))
);
GRANT SELECT, INSERT ON ledger_closings TO keepopen_app;

CREATE TABLE ledger_closing_notes (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_ledger_closing_notes PRIMARY KEY,
    last_day DATE NOT NULL,
    subject TEXT NOT NULL,
    note TEXT,
    noted_by TEXT NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_ledger_closing_notes_last_day_subject_id ON ledger_closing_notes (last_day, subject, id);
GRANT SELECT, INSERT ON ledger_closing_notes TO keepopen_app;

CREATE FUNCTION ledger_closed_through() RETURNS date LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT closed_through FROM ledger_closings ORDER BY number DESC LIMIT 1
$$;

CREATE FUNCTION ledger_refuse_closed_day() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    late record;
BEGIN
    SELECT seq, accounting_date INTO late FROM added
    WHERE accounting_date <= (SELECT ledger_closed_through()) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger entry % has the date %, which is closed', late.seq, late.accounting_date
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_entries_open_period AFTER INSERT ON ledger_entries
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_closed_day();

CREATE FUNCTION ledger_check_closing() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE
    present date := ledger_closed_through();
    requested ledger_reopening_requests;
BEGIN
    IF NEW.number <= (SELECT max(number) FROM ledger_closings) THEN
        RAISE EXCEPTION 'closing % does not follow the newest one', NEW.number USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'closed' AND NEW.closed_through <= present THEN
        RAISE EXCEPTION 'the ledger is already closed through % or later', NEW.closed_through
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'reopened' THEN
        SELECT * INTO requested FROM ledger_reopening_requests WHERE id = NEW.request_id;
        IF lower(requested.requested_by) = lower(NEW.closed_by) THEN
            RAISE EXCEPTION 'a reopening needs two persons' USING ERRCODE = 'check_violation';
        END IF;
        IF present IS NULL OR NEW.closed_through > present THEN
            RAISE EXCEPTION 'a reopening cannot close days' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_closings_checked BEFORE INSERT ON ledger_closings
FOR EACH ROW EXECUTE FUNCTION ledger_check_closing()
"""

# A proposed entry is posted or refused once, by a decision. An entry without a decision waits for a second person.
MANUAL_ENTRIES = """
CREATE TABLE manual_entries (
    id TEXT CONSTRAINT pk_manual_entries PRIMARY KEY,
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    accounting_date DATE NOT NULL,
    why TEXT NOT NULL,
    subject_id TEXT,
    reverses TEXT CONSTRAINT fk_manual_entries_reverses REFERENCES manual_entries (id),
    site TEXT,
    campaign TEXT,
    fund TEXT,
    proposed_by TEXT NOT NULL,
    proposed_at TIMESTAMPTZ NOT NULL,
    needs_second_person BOOLEAN NOT NULL,
    CONSTRAINT ck_manual_entries_kind CHECK (kind IN ('reclassify', 'write_off', 'settle', 'enter', 'reverse'))
);
CREATE INDEX ix_manual_entries_subject_id ON manual_entries (subject_id);
GRANT SELECT, INSERT ON manual_entries TO keepopen_app;

CREATE TABLE manual_entry_lines (
    manual_entry_id TEXT NOT NULL,
    line SMALLINT NOT NULL,
    account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_manual_entry_lines PRIMARY KEY (manual_entry_id, line),
    CONSTRAINT fk_manual_entry_lines_manual_entry_id FOREIGN KEY (manual_entry_id) REFERENCES manual_entries (id),
    CONSTRAINT fk_manual_entry_lines_account FOREIGN KEY (account) REFERENCES ledger_accounts (code)
);
GRANT SELECT, INSERT ON manual_entry_lines TO keepopen_app;

CREATE TABLE manual_entry_decisions (
    manual_entry_id TEXT CONSTRAINT pk_manual_entry_decisions PRIMARY KEY,
    outcome TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    why TEXT,
    CONSTRAINT fk_manual_entry_decisions_manual_entry_id FOREIGN KEY (manual_entry_id) REFERENCES manual_entries (id),
    CONSTRAINT ck_manual_entry_decisions_outcome CHECK (outcome IN ('posted', 'refused'))
);
GRANT SELECT, INSERT ON manual_entry_decisions TO keepopen_app;

CREATE FUNCTION ledger_check_decision() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.outcome = 'posted' AND EXISTS (
        SELECT FROM manual_entries
        WHERE id = NEW.manual_entry_id AND needs_second_person AND lower(proposed_by) = lower(NEW.decided_by)
    ) THEN
        RAISE EXCEPTION '% must be approved by a second person', NEW.manual_entry_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER manual_entry_decisions_checked BEFORE INSERT ON manual_entry_decisions
FOR EACH ROW EXECUTE FUNCTION ledger_check_decision()
"""

# A standing rule sends the movements of a category that are posted after it to an account; NULL ends the rule.
STANDING_RULES = """
CREATE TABLE standing_rules (
    number BIGINT GENERATED BY DEFAULT AS IDENTITY CONSTRAINT pk_standing_rules PRIMARY KEY,
    category TEXT NOT NULL,
    account TEXT,
    after_seq BIGINT NOT NULL,
    why TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT fk_standing_rules_account FOREIGN KEY (account) REFERENCES ledger_accounts (code)
);
GRANT SELECT, INSERT ON standing_rules TO keepopen_app
"""

APPEND_ONLY = """
CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is refused: the ledger is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$
"""
REFUSE_CHANGES = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()
"""
APPEND_ONLY_TABLES = (
    "ledger_accounts",
    "ledger_entries",
    "ledger_postings",
    "ledger_closings",
    "ledger_reopening_requests",
    "manual_entries",
    "manual_entry_lines",
    "manual_entry_decisions",
    "standing_rules",
)

# `payout_ties` compares each payout with the sum of its balance transactions. `ledger_checks` holds the newest result
# of each check of the ledger.
RESULTS = """
CREATE TABLE payout_ties (
    payout_id TEXT CONSTRAINT pk_payout_ties PRIMARY KEY,
    status TEXT NOT NULL,
    payout_status TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    difference_minor BIGINT NOT NULL,
    line_count INTEGER NOT NULL,
    tied_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON payout_ties TO keepopen_app;

CREATE TABLE ledger_checks (
    number INTEGER NOT NULL,
    name TEXT CONSTRAINT pk_ledger_checks PRIMARY KEY,
    is_green BOOLEAN NOT NULL,
    detail TEXT NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL
);
GRANT SELECT, INSERT, DELETE ON ledger_checks TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    for statements in (ACCOUNTS, ENTRIES, BALANCED_ENTRIES, DAY_TOTALS, CLOSED_PERIODS, MANUAL_ENTRIES):
        cursor.execute(statements)
    cursor.execute(STANDING_RULES)
    cursor.execute(APPEND_ONLY)
    for table in APPEND_ONLY_TABLES:
        cursor.execute(REFUSE_CHANGES.format(table=table))
    cursor.execute(RESULTS)
