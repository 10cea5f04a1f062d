"""Forgetting a contributor: here, in the raw bodies kept of Stripe's events, and at Stripe."""

from dataclasses import dataclass

from service.contributions import forget_store
from service.contributions.forget_store import Remembered
from service.errors import ConflictError, NotFoundError
from service.readers.accounts import account_of
from service.receipts.store import forget_declarer
from service.services import Services
from service.stripe_events.retention import scrub_bodies_naming
from service.stripe_gateway.transport import StripeObjectMissingError


class StillContributingError(ConflictError):
    """A running subscription needs to know whose it is; it has to end first."""

    code = "still_contributing"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was emptied."""

    contribution_count: int
    customer_count: int
    body_count: int


def forget_contributor(services: Services, email: str) -> Forgotten:
    """Empty everything personal of a contributor. Safe to repeat after it broke off.

    Raises NotFoundError for an address nobody gave with, StillContributingError while a subscription runs.
    """
    with services.engine.begin() as connection:
        found = forget_store.contributions_of(connection, email)
    if not found:
        raise NotFoundError("nobody has contributed with this address")
    _refuse_while_living(found)
    customers = sorted({each.customer_id for each in found if each.customer_id is not None})
    # Stripe first: as long as the address is still here, a repeat finds what was left undone.
    for customer_id in customers:
        _forget_at_stripe(services, customer_id)
    names = {email, *customers, *(each.id for each in found), *(each.session_id for each in found if each.session_id)}
    body_count = scrub_bodies_naming(services, names)
    with services.engine.begin() as connection:
        forget_store.empty_contributions(connection, [each.id for each in found], services.clock())
        forget_declarer(connection, (*customers, *(each.id for each in found)))
    return Forgotten(len(found), len(customers), body_count)


def unlink_account(services: Services, site: str, reader_id: str) -> None:
    """Forget which contributions a signed-in reader made, named by the publication's own id."""
    with services.engine.begin() as connection:
        forget_store.unlink_reader(connection, site, account_of(services.keys, site, reader_id))


def _refuse_while_living(found: tuple[Remembered, ...]) -> None:
    living = [each for each in found if each.is_living]
    if living:
        raise StillContributingError(f"a regular contribution is still running: end {living[0].id} at Stripe first")


def _forget_at_stripe(services: Services, customer_id: str) -> None:
    try:
        services.gateway.delete_customer(customer_id)
    except StripeObjectMissingError:
        return  # deleted before
