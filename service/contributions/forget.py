"""Forget a contributor: empty their personal data here, in the stored Stripe events, and at Stripe."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from service.contributions import forget_store
from service.contributions.erasure_store import Erasure, ErasureKind, add_erasure
from service.contributions.forget_store import ContributorRow
from service.database.transaction import committed
from service.errors import ConflictError, NotFoundError
from service.readers.accounts import account_of, forget_account
from service.receipts.store import forget_declarer
from service.services import Services
from service.stripe_events.erased_names import name_hash, remember_erased
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


def forget_contributor(services: Services, email: str, *, by: str) -> Forgotten:
    """Empty everything personal of a contributor, and record who did so. If it fails half-way, it can be repeated.

    Raise NotFoundError if neither a contribution nor a stored event names this address, and StillContributingError if a
    subscription runs.
    """
    with committed(services.engine) as connection:
        rows = forget_store.contributions_of(connection, email)
    _refuse_if_running(rows)
    customer_ids = _customers(rows)
    names = _names(email, rows)
    # The names come first, so that an event that arrives from now on keeps no body.
    with committed(services.engine) as connection:
        remember_erased(connection, services.keys, names if rows else (), services.clock())
    # Stripe comes next: as long as the address is still stored here, a repeat finds what is left to do.
    for customer_id in customer_ids:
        _forget_at_stripe(services, customer_id)
    body_count = scrub_bodies_naming(services, names)
    if not rows and not body_count:
        raise NotFoundError("no contribution was made with this e-mail address, and no stored event names it")
    with committed(services.engine) as connection:
        _empty(connection, services, email, rows)
        subject_hash = name_hash(services.keys, email)
        add_erasure(connection, Erasure(ErasureKind.CONTRIBUTOR, subject_hash, by, services.clock()))
    return Forgotten(len(rows), len(customer_ids), body_count)


def forget_again(services: Services, email: str) -> None:
    """Empty what is personal of a contributor who was forgotten before, also at Stripe, and whose data came back."""
    with committed(services.engine) as connection:
        rows = forget_store.contributions_of(connection, email)
        _empty(connection, services, email, rows)
    scrub_bodies_naming(services, _names(email, rows))


def _empty(connection: Connection, services: Services, email: str, rows: Sequence[ContributorRow]) -> None:
    """Empty the contributions in `rows` and the Gift Aid declarations of their donor, and remember their names."""
    contribution_ids = [row.id for row in rows]
    donor_refs = {row.donor_ref for row in rows if row.donor_ref is not None}
    remember_erased(connection, services.keys, _names(email, rows), services.clock())
    forget_store.empty_contributions(connection, contribution_ids, services.clock())
    forget_declarer(connection, (*donor_refs, *_customers(rows), *contribution_ids))


def _customers(rows: Iterable[ContributorRow]) -> list[str]:
    return sorted({row.customer_id for row in rows if row.customer_id is not None})


def _names(email: str, rows: Sequence[ContributorRow]) -> set[str]:
    """Return the address and the ids by which the objects of a contributor at Stripe can be known."""
    stripe_ids = (stripe_id for row in rows for stripe_id in row.stripe_ids)
    return {email, *_customers(rows), *(row.id for row in rows), *stripe_ids}


def forget_signed_in_reader(services: Services, site: str, reader_id: str, *, by: str) -> bool:
    """Erase a signed-in reader's row and which contributions were theirs, and record who did so.

    `reader_id` is the publication's own id of the reader. Return False if the reader had no row.
    """
    account = account_of(services.keys, site, reader_id)
    with committed(services.engine) as connection:
        forget_store.unlink_reader(connection, site, account)
        add_erasure(connection, Erasure(ErasureKind.ACCOUNT, account, by, services.clock()))
    return forget_account(services, site, reader_id)


def is_erasure_of(services: Services, erasure: Erasure, email: str) -> bool:
    """Return whether an erasure was that of the contributor with this address."""
    return erasure.kind is ErasureKind.CONTRIBUTOR and erasure.subject_hash == name_hash(services.keys, email)


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
