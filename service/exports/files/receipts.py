"""receipts.csv: the annual receipts issued within the days."""

from psycopg import sql

from service.exports.columns import code, instant, integer, money, text
from service.exports.files.definition import BY_INSTANT, FileDefinition
from service.exports.files.portion import PortionKey

_ROWS = sql.SQL("""
SELECT r.donor_ref, w.contributor_name AS name,
    concat_ws(', ', w.contributor_postal_code, w.contributor_country) AS address, r.year, r.currency,
    r.total_given_minor, r.total_refunded_minor, r.total_given_minor - r.total_refunded_minor AS net_deductible_minor,
    array_to_string(r.payment_ids, ' ') AS payment_list, r.id AS receipt_number, r.issued_at, r.replaced_by,
    r.issued_at AS sort_at, to_char(r.year, 'FM0000') || to_char(r.number, 'FM000000000') AS sort_id
FROM {receipts} r
LEFT JOIN {contributors} w ON w.id = r.contribution_id
WHERE r.issued_at >= {starts_at} AND r.issued_at < {ends_at} AND {in_portion}
""")
RECEIPTS = FileDefinition(
    columns=(
        code("donor_ref"),
        text("name", is_personal=True),
        text("address", is_personal=True),
        integer("year"),
        code("currency"),
        money("total_given", is_summed=True),
        money("total_refunded", is_summed=True),
        money("net_deductible", is_summed=True),
        code("payment_list"),
        code("receipt_number"),
        instant("issued_at"),
        code("replaced_by"),
    ),
    signs="net_deductible = total_given - total_refunded",
    dated_by="issued_at",
    rows=_ROWS,
    order=BY_INSTANT,
    portion_key=PortionKey(  # a year's receipts are issued in the same instant
        ("r.issued_at", "r.year", "r.number"),
        sql.SQL(
            "SELECT issued_at, year, number FROM receipts WHERE issued_at >= {starts_at} AND issued_at < {ends_at}"
        ),
        ("issued_at", "year", "number"),
    ),
)
