"""SQL that empties the personal columns of contributions. Amounts and dates stay, because the books depend on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, select, update

from service.contributions.contribution import RUNNING_STATES, ContributionState
from service.contributions.erasure_store import Erasure, ErasureKind, add_erasure
from service.contributions.store import contributions
from service.database.columns import is_in
from service.receipts.donors_store import contributions_of_donor
from service.stripe_facts.forgotten_store import add_forgotten_customers

_EMPTY = {
    "contributor_email": None,
    "contributor_name": None,
    "contributor_country": None,
    "contributor_postal_code": None,
    "message": None,
    "return_url": "",
    "checkout_url": None,
    "reader_hash": None,
}


@dataclass(frozen=True, slots=True)
class KnownPeople:
    """The people that contributions name. `readers`: the site and the hash of each signed-in reader."""

    emails: tuple[str, ...]
    customers: tuple[str, ...]
    readers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class ContributorRow:
    """A contribution that still names its contributor. `stripe_ids`: the ids of its own objects at Stripe."""

    id: str
    site: str
    state: ContributionState
    customer_id: str | None
    donor_ref: str | None
    stripe_ids: tuple[str, ...]

    @property
    def is_running(self) -> bool:
        return self.state in RUNNING_STATES


def contributions_of(connection: Connection, email: str) -> tuple[ContributorRow, ...]:
    """Return every contribution of the donor who has this address."""
    c = contributions.c
    own_ids = (c.checkout_session_id, c.payment_intent_id, c.subscription_id)
    columns = (c.id, c.site, c.state, c.customer_id, c.donor_ref, *own_ids)
    is_theirs = is_in(c.id, contributions_of_donor(connection, email))
    statement = select(*columns).where(is_theirs).order_by(c.id)
    return tuple(
        ContributorRow(id_, site, ContributionState(state), customer_id, donor_ref, tuple(filter(None, stripe_ids)))
        for id_, site, state, customer_id, donor_ref, *stripe_ids in connection.execute(statement)
    )


def empty_contributions(connection: Connection, contribution_ids: Sequence[str], now: datetime) -> None:
    """Empty the personal columns permanently: later facts do not fill them again."""
    c = contributions.c
    statement = update(contributions).where(c.id.in_(contribution_ids)).values(**_EMPTY, forgotten_at=now)
    customers = connection.execute(statement.returning(c.customer_id)).scalars()
    add_forgotten_customers(connection, {customer_id for customer_id in customers if customer_id}, now)


def empty_customer(connection: Connection, customer_id: str, now: datetime) -> None:
    """Empty the personal columns of all contributions of a customer that was deleted at Stripe, permanently.

    The erasure is recorded, unless the contributor was forgotten here before.
    """
    c = contributions.c
    statement = update(contributions).where(c.customer_id == customer_id, c.forgotten_at.is_(None))
    emptied = connection.execute(statement.values(**_EMPTY, forgotten_at=now)).rowcount
    add_forgotten_customers(connection, [customer_id], now)
    if emptied:
        subject_hash = sha256(customer_id.encode()).digest()
        add_erasure(connection, Erasure(ErasureKind.CUSTOMER, subject_hash, "Stripe", now))


def unlink_reader(connection: Connection, site: str, reader_hash: bytes) -> None:
    """Remove a signed-in reader's hash from their contributions on this site. Nothing else changes."""
    c = contributions.c
    is_theirs = (c.site == site) & (c.reader_hash == reader_hash)
    connection.execute(update(contributions).where(is_theirs).values(reader_hash=None))


def known_people(connection: Connection) -> KnownPeople:
    """Return the addresses, customers and signed-in readers that contributions still name."""
    c = contributions.c
    emails = connection.execute(select(c.contributor_email).where(c.contributor_email.is_not(None)).distinct())
    customers = connection.execute(select(c.customer_id).where(c.customer_id.is_not(None)).distinct())
    readers = connection.execute(select(c.site, c.reader_hash).where(c.reader_hash.is_not(None)).distinct())
    return KnownPeople(
        tuple(emails.scalars()),
        tuple(customers.scalars()),
        tuple((row.site, bytes(row.reader_hash)) for row in readers),
    )


def includes_forgotten(connection: Connection, contribution_ids: Sequence[str]) -> bool:
    """Return whether any of these contributions was forgotten."""
    c = contributions.c
    statement = select(c.id).where(c.id.in_(contribution_ids), c.forgotten_at.is_not(None)).limit(1)
    return connection.scalar(statement) is not None
