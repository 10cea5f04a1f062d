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
    SELECT (array_agg(g.declaration_id ORDER BY g.paid_on DESC, g.declaration_id))[1] AS declaration_id,
        max(g.paid_on) AS donated_on, sum(g.net_minor) AS amount_minor
    FROM ({claims}) g
    WHERE g.paid_on BETWEEN {from_on} AND {to_on}
    GROUP BY g.donor_ref
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
    dated_by="Donation date",
    rows=_ROWS,
    order=BY_INSTANT,
)
