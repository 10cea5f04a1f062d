"""What a ledger entry is about: the object at Stripe, and the contribution that it belongs to."""

from typing import Final, LiteralString

from psycopg import sql

# The id of what an entry `e` is about. An entry by a person is about the object that its last cause names.
SUBJECT_ID: Final = "CASE e.source_type WHEN 'manual_entry' THEN e.causes[cardinality(e.causes)] ELSE e.source_id END"


def _joined(subject_id: LiteralString) -> sql.SQL:
    """Return the join of `subject`, the object with an id."""
    return sql.SQL(f"""
LEFT JOIN LATERAL (
    SELECT named.id, coalesce(c.payment_intent_id, c.id) AS payment_id, c.id AS charge_id, c.contribution_id,
        coalesce(c.site, k.site) AS site, coalesce(c.campaign, k.campaign) AS campaign,
        coalesce(c.fund, k.fund) AS fund
    FROM (SELECT {subject_id} AS id) named
    LEFT JOIN {{refunds}} r ON r.id = named.id
    LEFT JOIN {{disputes}} d ON d.id = named.id
    LEFT JOIN {{charges}} c ON c.id = coalesce(r.charge_id, d.charge_id, named.id)
    LEFT JOIN {{contributions}} k ON k.id = c.contribution_id
) subject ON true
""")  # noqa: S608 it holds constants only


SUBJECT: Final = _joined(SUBJECT_ID)  # of an entry `e`
SUBJECT_OF_ITEM: Final = _joined("i.item_id")  # of an open item `i`
