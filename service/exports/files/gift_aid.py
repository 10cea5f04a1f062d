"""gift_aid.csv: HMRC's schedule of donations by donors whose Gift Aid declaration was valid on the day."""

from psycopg import sql

from service.exports.columns import CellKind, Column, text
from service.exports.files.definition import BY_INSTANT, FileDefinition

GIFT_AID_ROWS_PER_PART = 1000  # HMRC's schedule takes no more lines

# HMRC accepts a donor's donations as a single line with the date of the last one, and X as a postcode outside the UK.
# https://www.gov.uk/guidance/schedule-spreadsheet-to-claim-back-tax-on-gift-aid-donations
_ROWS = sql.SQL("""
SELECT left(btrim(w.contributor_title), 4) AS title, left(btrim(w.contributor_first_name), 35) AS first_name,
    left(replace(btrim(w.contributor_last_name), '-', ' '), 35) AS last_name,
    left(btrim(w.contributor_house), 40) AS house,
    CASE
        WHEN w.id IS NULL THEN NULL
        WHEN w.compact ~ '^[A-Z]{{1,2}}[0-9][0-9A-Z]?[0-9][A-Z]{{2}}$'
            THEN left(w.compact, -3) || ' ' || right(w.compact, 3)
        ELSE 'X'
    END AS postcode,
    NULL::text AS aggregated, NULL::text AS sponsored_event, x.donated_on, x.amount_minor, 'GBP' AS currency,
    x.donated_on::timestamptz AS sort_at, x.declaration_id AS sort_id
FROM (
    SELECT g.id AS declaration_id, max(p.given_on) AS donated_on, sum(p.net_minor) AS amount_minor
    FROM (
        SELECT coalesce(c.customer_id, c.contribution_id) AS donor_ref,
            (c.created_at AT TIME ZONE {zone})::date AS given_on,
            c.amount_captured_minor - c.amount_refunded_minor - coalesce(d.lost_minor, 0) AS net_minor
        FROM {charges} c
        LEFT JOIN (
            SELECT charge_id, sum(amount_minor) AS lost_minor FROM {disputes} d
            WHERE status NOT LIKE 'warning%' AND status NOT IN ('won', 'prevented') GROUP BY charge_id
        ) d ON d.charge_id = c.id
        WHERE c.contribution_id IS NOT NULL AND c.status = 'succeeded' AND c.currency = 'GBP'
        AND c.is_livemode = {is_livemode} AND c.created_at >= {starts_at} AND c.created_at < {ends_at}
    ) p
    JOIN LATERAL (
        SELECT id FROM {gift_aid_declarations} g
        WHERE g.donor_ref = p.donor_ref AND g.valid_from <= p.given_on
        AND (g.valid_until IS NULL OR g.valid_until >= p.given_on)
        ORDER BY g.valid_from DESC, g.id LIMIT 1
    ) g ON true
    WHERE p.net_minor > 0
    GROUP BY g.id
) x
LEFT JOIN {declarers} w ON w.id = x.declaration_id
""")
GIFT_AID = FileDefinition(
    columns=(
        text("Title", "title", is_personal=True),
        text("First name", "first_name", is_personal=True),
        text("Last name", "last_name", is_personal=True),
        text("House name or number", "house", is_personal=True),
        text("Postcode", "postcode", is_personal=True),
        text("Aggregated donations", "aggregated"),
        text("Sponsored event", "sponsored_event"),
        Column("Donation date", CellKind.SHORT_DAY, "donated_on"),
        Column("Amount", CellKind.MONEY, "amount_minor", is_summed=True),
    ),
    signs="Amount is what was given less what was refunded, positive",
    rows=_ROWS,
    order=BY_INSTANT,
)
