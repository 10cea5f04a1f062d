"""The sums of the ledger by site and by campaign, so that their money is read without charges.

The postings of each entry whose charge has a site are in `ledger_site_totals` and `ledger_campaign_totals`, updated in
the transaction that adds the postings, or else the entry is in `ledger_outside_site_totals`.
"""

from alembic import op

revision = "0013_ledger_site_totals"
down_revision = "0012_staff"

# An entry is outside the totals if the site of its charge was not known when it was posted, or if the site or campaign
# has changed. These are few, so their charges are looked up each time. An empty campaign means none.
SITE_TOTALS = """
CREATE TABLE ledger_site_totals (
    site TEXT NOT NULL,
    accounting_date DATE NOT NULL,
    currency TEXT NOT NULL,
    account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_site_totals PRIMARY KEY (site, accounting_date, currency, account)
);
CREATE TABLE ledger_campaign_totals (
    campaign TEXT NOT NULL,
    accounting_date DATE NOT NULL,
    site TEXT NOT NULL,
    currency TEXT NOT NULL,
    account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT pk_ledger_campaign_totals PRIMARY KEY (campaign, accounting_date, site, currency, account)
);
CREATE INDEX ix_ledger_campaign_totals_accounting_date ON ledger_campaign_totals (accounting_date);
CREATE TABLE ledger_outside_site_totals (
    entry_seq BIGINT CONSTRAINT pk_ledger_outside_site_totals PRIMARY KEY
);
GRANT SELECT ON ledger_site_totals, ledger_campaign_totals, ledger_outside_site_totals TO keepopen_app;

CREATE FUNCTION ledger_add_to_site_totals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_outside_site_totals
    SELECT DISTINCT a.entry_seq FROM added a JOIN ledger_entries e ON e.seq = a.entry_seq
    LEFT JOIN refunds r ON r.id = e.source_id LEFT JOIN disputes d ON d.id = e.source_id
    LEFT JOIN charges c ON c.id = coalesce(r.charge_id, d.charge_id, e.source_id)
    WHERE c.site IS NULL AND e.source_type NOT IN ('manual_entry', 'payout')
    ON CONFLICT DO NOTHING;
    WITH sums AS (
        SELECT c.site, coalesce(c.campaign, '') AS campaign, e.accounting_date, a.currency, a.account,
            sum(a.amount_minor) AS minor
        FROM added a JOIN ledger_entries e ON e.seq = a.entry_seq
        LEFT JOIN refunds r ON r.id = e.source_id LEFT JOIN disputes d ON d.id = e.source_id
        JOIN charges c ON c.id = coalesce(r.charge_id, d.charge_id, e.source_id)
        WHERE c.site IS NOT NULL AND e.source_type <> 'manual_entry'
        AND NOT EXISTS (SELECT 1 FROM ledger_outside_site_totals o WHERE o.entry_seq = a.entry_seq)
        GROUP BY 1, 2, 3, 4, 5
    ), by_site AS (
        INSERT INTO ledger_site_totals AS t
        SELECT site, accounting_date, currency, account, sum(minor) FROM sums
        GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (site, accounting_date, currency, account) DO UPDATE
        SET amount_minor = t.amount_minor + excluded.amount_minor
    )
    INSERT INTO ledger_campaign_totals AS t
    SELECT campaign, accounting_date, site, currency, account, minor FROM sums ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (campaign, accounting_date, site, currency, account) DO UPDATE
    SET amount_minor = t.amount_minor + excluded.amount_minor;
    RETURN NULL;
END
$$;
CREATE TRIGGER ledger_postings_totalled_by_site AFTER INSERT ON ledger_postings
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_add_to_site_totals();

CREATE FUNCTION ledger_take_from_site_totals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    WITH moved AS (
        SELECT b.id, b.site, coalesce(b.campaign, '') AS campaign FROM earlier b JOIN later n ON n.id = b.id
        WHERE b.site IS NOT NULL AND (n.site, n.campaign) IS DISTINCT FROM (b.site, b.campaign)
    ), sources AS (
        SELECT id, site, campaign FROM moved
        UNION ALL SELECT r.id, m.site, m.campaign FROM moved m JOIN refunds r ON r.charge_id = m.id
        UNION ALL SELECT d.id, m.site, m.campaign FROM moved m JOIN disputes d ON d.charge_id = m.id
    ), taken AS (
        INSERT INTO ledger_outside_site_totals
        SELECT e.seq FROM sources s JOIN ledger_entries e ON e.source_id = s.id
        WHERE e.source_type <> 'manual_entry'
        ON CONFLICT DO NOTHING RETURNING entry_seq
    ), sums AS (
        SELECT s.site, s.campaign, e.accounting_date, p.currency, p.account, sum(p.amount_minor) AS minor
        FROM taken t JOIN ledger_entries e ON e.seq = t.entry_seq JOIN sources s ON s.id = e.source_id
        JOIN ledger_postings p ON p.entry_seq = e.seq GROUP BY 1, 2, 3, 4, 5
    ), by_site AS (
        UPDATE ledger_site_totals t SET amount_minor = t.amount_minor - moved.minor
        FROM (
            SELECT site, accounting_date, currency, account, sum(minor) AS minor FROM sums GROUP BY 1, 2, 3, 4
        ) moved
        WHERE (t.site, t.accounting_date, t.currency, t.account)
            = (moved.site, moved.accounting_date, moved.currency, moved.account)
    )
    UPDATE ledger_campaign_totals t SET amount_minor = t.amount_minor - sums.minor FROM sums
    WHERE (t.campaign, t.accounting_date, t.site, t.currency, t.account)
        = (sums.campaign, sums.accounting_date, sums.site, sums.currency, sums.account);
    RETURN NULL;
END
$$;
CREATE TRIGGER charges_totalled_by_site AFTER UPDATE ON charges
REFERENCING OLD TABLE AS earlier NEW TABLE AS later FOR EACH STATEMENT EXECUTE FUNCTION ledger_take_from_site_totals()
"""


def upgrade() -> None:
    cursor = op.get_bind().connection.cursor()
    cursor.execute(SITE_TOTALS)
