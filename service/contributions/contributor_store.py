"""SQL that saves who made a contribution, as a session or a customer at Stripe names them."""

from sqlalchemy import Connection, func, update

from service.contributions.store import contributions
from service.stripe_gateway.facts import CheckoutSession, Customer


def set_contributor(connection: Connection, contribution_id: str, session: CheckoutSession) -> None:
    """Save the contributor's details from a session, unless they were forgotten. Missing details keep their value."""
    c = contributions.c
    statement = update(contributions).where(c.id == contribution_id, c.forgotten_at.is_(None))
    connection.execute(statement.values(_contributor_row(session)))


def set_customer(connection: Connection, customer: Customer) -> tuple[str, ...]:
    """Save a customer's details on all of their contributions, like `set_contributor`, and return the ids of these."""
    c = contributions.c
    statement = update(contributions).where(c.customer_id == customer.id, c.forgotten_at.is_(None))
    return tuple(connection.execute(statement.values(_contributor_row(customer)).returning(c.id)).scalars())


def _contributor_row(contributor: CheckoutSession | Customer) -> dict[str, object]:
    """Return the contributor's details. A detail that is missing keeps its value."""
    names = ("contributor_email", "contributor_name", "contributor_country", "contributor_postal_code")
    return {name: func.coalesce(getattr(contributor, name), contributions.c[name]) for name in names}
