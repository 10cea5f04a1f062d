"""SQL that reads everything stored about a contributor."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from service.contributions.contribution import RUNNING_STATES, ContributionState
from service.contributions.held.sections import HeldData, HeldSection
from service.contributions.mail.outbox_store import mail_outbox
from service.contributions.portal.store import portal_links
from service.contributions.store import contributions
from service.database.columns import is_in
from service.receipts.donors_store import contributions_of_donor
from service.receipts.store import gift_aid_declarations, receipts
from service.stripe_events.store import stripe_events
from service.stripe_facts.checkout_store import checkout_sessions, payment_intents, subscriptions
from service.stripe_facts.tables_store import charges, disputes, invoices, refunds

_BOOKS = "They are the books. The law requires accounts to be kept, and they hold no name."
_STAY = "They stay: amounts, dates and Stripe's ids, without a name."
_PERSONAL = frozenset(
    {
        "contributor_email",
        "contributor_name",
        "contributor_country",
        "contributor_postal_code",
        "message",
        "return_url",
        "checkout_url",
        "contributor_title",
        "contributor_first_name",
        "contributor_last_name",
        "contributor_house",
        "contributor_postcode",
    }
)
# Not data about the person: hashes and words for the search, which follow from other columns.
_NOT_SHOWN = frozenset({"contributor_words", "reader_hash", "attempt_key", "status_rank", "sealed_body"})
MAX_EVENTS = 1000


def held_about(connection: Connection, contribution_id: str) -> HeldData | None:
    """Return what is stored about the contributor of this contribution, or None if there is no such contribution.

    All contributions of the same address or donor are included.
    """
    row = connection.execute(select(contributions).where(contributions.c.id == contribution_id)).first()
    if row is None:
        return None
    ids = set(contributions_of_donor(connection, row.contributor_email)) if row.contributor_email else set()
    ids |= {contribution_id, *_of_donor_ref(connection, row.donor_ref)}
    own = _rows(connection, contributions, is_in(contributions.c.id, ids))
    sections = (
        HeldSection(
            "Contributions",
            "To take the payments, thank, and send receipts.",
            "The rows stay with amounts, dates, campaign and page. Name, address, country and message are emptied.",
            own,
            _PERSONAL,
        ),
        *_facts(connection, ids),
        *_rest(connection, ids, {value["donor_ref"] or value["id"] for value in own}),
    )
    return HeldData(
        address=row.contributor_email,
        names=tuple(sorted({value["contributor_name"] for value in own if value["contributor_name"]})),
        contribution_ids=tuple(value["id"] for value in own),
        running_ids=tuple(value["id"] for value in own if ContributionState(value["state"]) in RUNNING_STATES),
        sections=sections,
        is_forgotten=row.forgotten_at is not None,
    )


def _of_donor_ref(connection: Connection, donor_ref: str | None) -> set[str]:
    if donor_ref is None:
        return set()
    return set(connection.scalars(select(contributions.c.id).where(contributions.c.donor_ref == donor_ref)))


def _facts(connection: Connection, ids: Collection[str]) -> tuple[HeldSection, ...]:
    """Return the sections of what Stripe reported."""
    paid = _rows(connection, charges, is_in(charges.c.contribution_id, ids))
    charge_ids = [value["id"] for value in paid]
    tables = (("Checkouts", checkout_sessions), ("Payment attempts", payment_intents), ("Subscriptions", subscriptions))
    marked = tuple(
        HeldSection(name, _BOOKS, _STAY, _rows(connection, table, is_in(table.c.contribution_id, ids)))
        for name, table in (*tables, ("Invoices", invoices))
    )
    returned = tuple(
        HeldSection(name, _BOOKS, _STAY, _rows(connection, table, is_in(table.c.charge_id, charge_ids)))
        for name, table in (("Refunds", refunds), ("Disputes", disputes))
    )
    return (HeldSection("Payments", _BOOKS, _STAY, paid), *marked, *returned)


def _rest(connection: Connection, ids: Collection[str], donors: Collection[str]) -> tuple[HeldSection, ...]:
    """Return the sections of mails, receipts, declarations and events."""
    object_ids = _object_ids(connection, ids)
    return (
        HeldSection(
            "Mails",
            "As proof that a mail was sent, for 400 days. Text and address are not stored.",
            "They stay until they are 400 days old.",
            _rows(connection, mail_outbox, is_in(mail_outbox.c.contribution_id, ids)),
        ),
        HeldSection(
            "Portal links",
            "So that each link works once. Times only, for 400 days.",
            "They stay until they are 400 days old.",
            _rows(connection, portal_links, is_in(portal_links.c.contribution_id, ids)),
        ),
        HeldSection(
            "Receipts",
            "Annual receipts have numbers without a gap.",
            "The number and the amounts stay; the name comes from the contribution and goes with it.",
            _rows(connection, receipts, is_in(receipts.c.donor_ref, donors)),
        ),
        HeldSection(
            "Gift Aid declarations",
            "The tax authority asks for the name and address behind each claim.",
            "The dates stay. Name, house and postcode are emptied.",
            _rows(connection, gift_aid_declarations, is_in(gift_aid_declarations.c.donor_ref, donors)),
            _PERSONAL,
        ),
        HeldSection(
            "Events of Stripe",
            "The text of an event is kept, encrypted, for 90 days, to find mistakes.",
            "Every text that names the person is emptied at once. Type and time stay.",
            _rows(connection, stripe_events, is_in(stripe_events.c.object_id, object_ids), MAX_EVENTS),
        ),
    )


def _object_ids(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return the ids of everything at Stripe that belongs to these contributions."""
    c = contributions.c
    names = (c.customer_id, c.subscription_id, c.checkout_session_id, c.payment_intent_id)
    found = {id_ for row in connection.execute(select(*names).where(is_in(c.id, ids))) for id_ in row if id_}
    charged = connection.execute(
        select(charges.c.id, charges.c.invoice_id, charges.c.payment_intent_id).where(
            is_in(charges.c.contribution_id, ids)
        )
    )
    found |= {id_ for row in charged for id_ in row if id_}
    return found | set(connection.scalars(select(refunds.c.id).where(is_in(refunds.c.charge_id, found))))


def _rows(
    connection: Connection, table: Table, condition: ColumnElement[bool], limit: int | None = None
) -> Sequence[dict[str, Any]]:
    """Return rows without the columns that are not set and those that say nothing about the person."""
    columns = [column for column in table.c if column.name not in _NOT_SHOWN]
    order = table.c.get("created_at", next(iter(table.primary_key)))
    statement = select(*columns).where(condition).order_by(order).limit(limit)
    return [dict(row._mapping) for row in connection.execute(statement)]
