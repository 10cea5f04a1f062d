"""Forget a contributor: empty their personal data here, in the stored Stripe events, and at Stripe."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.contributions import forget_store
from service.contributions.forget_store import ContributorRow
from service.errors import ConflictError, NotFoundError
from service.readers.accounts import account_of
from service.receipts.store import forget_declarer
from service.services import Services
from service.stripe_events.retention import scrub_bodies_naming
from service.stripe_gateway.transport import StripeObjectMissingError


class StillContributingError(ConflictError):
    """The contributor has a running subscription. It must end before they can be forgotten."""

    code = "still_contributing"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many contributions, Stripe customers and stored event bodies were emptied or deleted."""

    contribution_count: int
    customer_count: int
    body_count: int


def forget_contributor(services: Services, email: str) -> Forgotten:
    """Empty everything personal of a contributor. If it fails half-way, it can be repeated.

    Raise NotFoundError if nobody contributed with this address, and StillContributingError if a subscription runs.
    """
    with services.engine.begin() as connection:
        rows = forget_store.contributions_of(connection, email)
    if not rows:
        raise NotFoundError("no contribution was made with this e-mail address")
    _refuse_if_running(rows)
    contribution_ids = [row.id for row in rows]
    customer_ids = sorted({row.customer_id for row in rows if row.customer_id is not None})
    donor_refs = {row.donor_ref for row in rows if row.donor_ref is not None}
    # Stripe comes first: as long as the address is still stored here, a repeat finds what is left to do.
    for customer_id in customer_ids:
        _forget_at_stripe(services, customer_id)
    stripe_ids = (stripe_id for row in rows for stripe_id in row.stripe_ids)
    body_count = scrub_bodies_naming(services, {email, *customer_ids, *contribution_ids, *stripe_ids})
    with services.engine.begin() as connection:
        forget_store.empty_contributions(connection, contribution_ids, services.clock())
        forget_declarer(connection, (*donor_refs, *customer_ids, *contribution_ids))
    return Forgotten(len(rows), len(customer_ids), body_count)


def unlink_account(services: Services, site: str, reader_id: str) -> None:
    """Forget which contributions a signed-in reader made. `reader_id` is the publication's own id of the reader."""
    with services.engine.begin() as connection:
        forget_store.unlink_reader(connection, site, account_of(services.keys, site, reader_id))


def _refuse_if_running(rows: Iterable[ContributorRow]) -> None:
    running = next((row for row in rows if row.is_running), None)
    if running is not None:
        raise StillContributingError(
            f"the subscription of contribution {running.id} is still running: end it at Stripe first"
        )


def _forget_at_stripe(services: Services, customer_id: str) -> None:
    try:
        services.gateway.delete_customer(customer_id)
    except StripeObjectMissingError:
        return  # deleted before
