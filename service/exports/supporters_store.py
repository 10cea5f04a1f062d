"""subscriptions.csv, receipts.csv and gift_aid.csv: files about those who give."""

from psycopg import sql

SUBSCRIPTIONS = sql.SQL("""
SELECT s.contribution_id, s.status, s.price_interval AS interval, s.amount_minor, s.currency, s.created_at AS started,
    s.current_period_ends_at AS current_period_end, i.next_payment_attempt_at AS next_attempt,
    coalesce(s.cancel_at, CASE WHEN s.is_cancel_at_period_end THEN s.current_period_ends_at END) AS cancel_at,
    concat_ws(', ', s.cancellation_reason, s.cancellation_feedback) AS cancel_reason,
    coalesce(c.paid_minor, 0) AS lifetime_paid_minor, s.created_at AS sort_at, s.id AS sort_id
FROM {subscriptions} s
LEFT JOIN {invoices} i ON i.id = s.latest_invoice_id AND i.status = 'open'
LEFT JOIN (
    SELECT contribution_id, currency, sum(amount_captured_minor) AS paid_minor FROM {charges} c
    WHERE status = 'succeeded' AND is_livemode = {is_livemode} GROUP BY contribution_id, currency
) c ON c.contribution_id = s.contribution_id AND c.currency = s.currency
WHERE s.contribution_id IS NOT NULL AND s.created_at < {ends_at} AND coalesce(s.ended_at, 'infinity') >= {starts_at}
""")

RECEIPTS = sql.SQL("""
SELECT r.donor_ref, w.contributor_name AS name,
    concat_ws(', ', w.contributor_postal_code, w.contributor_country) AS address, r.year, r.currency,
    r.total_given_minor, r.total_refunded_minor, r.total_given_minor - r.total_refunded_minor AS net_deductible_minor,
    array_to_string(r.payment_ids, ' ') AS payment_list, r.id AS receipt_number, r.issued_at, r.replaced_by,
    r.issued_at AS sort_at, to_char(r.year, 'FM0000') || to_char(r.number, 'FM000000000') AS sort_id
FROM {receipts} r
LEFT JOIN {contributors} w ON w.id = r.contribution_id
WHERE r.issued_at >= {starts_at} AND r.issued_at < {ends_at}
""")

# HMRC takes the gifts of one person as one line with the date of the last; a postcode outside the UK is X.
# https://www.gov.uk/guidance/schedule-spreadsheet-to-claim-back-tax-on-gift-aid-donations
GIFT_AID = sql.SQL("""
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
