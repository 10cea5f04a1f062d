"""Donors: which contributions were made by the same person.

Contributions have the same donor if they have the same e-mail address, whatever its case, or the same Stripe customer,
on any of the organisation's sites and in any currency. `contributions.donor_ref` is the id of one of the donor's
contributions, usually the first. It is saved, so that it stays when the address is erased or changes; it is NULL while
neither address nor customer is known. Receipts, Gift Aid, the `donor_ref` of exports and erasure all use it.
"""

from collections.abc import Collection
from typing import Final, LiteralString

from sqlalchemy import Connection, text

DONORS_LOCK = 0x6B6F_646E  # advisory lock: one transaction links at a time, so that two cannot make two donors of one

# The donor of a charge `c` whose contribution is `k`, for SQL statements.
DONOR_REF: Final[LiteralString] = "coalesce(k.donor_ref, c.contribution_id)"

_UNLINKED = text("""
SELECT k.id FROM contributions k
WHERE k.id = ANY(:ids) AND (k.contributor_email IS NOT NULL OR k.customer_id IS NOT NULL) AND (
    k.donor_ref IS NULL OR EXISTS (
        SELECT FROM contributions o
        WHERE lower(o.contributor_email) = lower(k.contributor_email) AND o.donor_ref <> k.donor_ref))
ORDER BY k.created_at, k.id
""")
_LINK = text("""
WITH refs AS (
    SELECT coalesce(o.donor_ref, o.id) AS ref, o.donor_ref IS NOT NULL AS is_saved, min(o.created_at) AS since
    FROM contributions k
    JOIN contributions o ON o.id = k.id OR o.donor_ref = k.donor_ref OR o.customer_id = k.customer_id
        OR lower(o.contributor_email) = lower(k.contributor_email)
    WHERE k.id = :id
    GROUP BY 1, 2
), chosen AS (
    SELECT ref FROM refs ORDER BY is_saved DESC, since, ref LIMIT 1
)
UPDATE contributions k SET donor_ref = chosen.ref FROM chosen
WHERE (k.donor_ref IN (SELECT ref FROM refs) OR (k.donor_ref IS NULL AND k.id IN (SELECT ref FROM refs)))
AND k.donor_ref IS DISTINCT FROM chosen.ref
""")
_DONOR = text("""
SELECT coalesce(donor_ref, id) FROM contributions WHERE id = :ref OR customer_id = :ref ORDER BY created_at, id LIMIT 1
""")
_CONTRIBUTIONS = text("""
SELECT id FROM contributions WHERE lower(contributor_email) = lower(:address)
UNION
SELECT k.id FROM contributions o JOIN contributions k ON k.donor_ref = o.donor_ref
WHERE lower(o.contributor_email) = lower(:address)
ORDER BY id
""")


def link_donors(connection: Connection, contribution_ids: Collection[str]) -> None:
    """Save the donor of these contributions, now that their address or customer is known.

    If this shows that two donors are the same person, all their contributions get the same donor.
    """
    unlinked = connection.execute(_UNLINKED, {"ids": list(contribution_ids)}).scalars().all()
    if unlinked:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": DONORS_LOCK})
    for contribution_id in unlinked:
        connection.execute(_LINK, {"id": contribution_id})


def donor_of(connection: Connection, ref: str) -> str:
    """Return the donor of a contribution or Stripe customer, or the given text if we know neither."""
    found: str | None = connection.execute(_DONOR, {"ref": ref}).scalars().first()
    return found or ref


def contributions_of_donor(connection: Connection, address: str) -> tuple[str, ...]:
    """Return the ids of all contributions of the donor who has this e-mail address."""
    return tuple(connection.execute(_CONTRIBUTIONS, {"address": address.strip()}).scalars())
