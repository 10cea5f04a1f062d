"""What each account moved on each day, kept by the database as postings are added: a trial balance reads days."""

from alembic import op

revision = "0008"
down_revision = "0007"

TABLE = """
CREATE TABLE ledger_day_totals (
    accounting_date DATE NOT NULL,
    currency TEXT NOT NULL,
    account TEXT NOT NULL,
    debit_minor BIGINT NOT NULL,
    credit_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_day_totals PRIMARY KEY (accounting_date, currency, account)
);
INSERT INTO ledger_day_totals
SELECT e.accounting_date, p.currency, p.account, sum(greatest(p.amount_minor, 0)), sum(greatest(-p.amount_minor, 0))
FROM ledger_postings p JOIN ledger_entries e ON e.seq = p.entry_seq GROUP BY 1, 2, 3
"""

# The application may read these sums and nothing else: they follow from the postings, in the same transaction.
TOTALLED = """
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
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_add_to_day_totals();
GRANT SELECT ON ledger_day_totals TO keepopen_app
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(TABLE)
    cursor.execute(TOTALLED)
