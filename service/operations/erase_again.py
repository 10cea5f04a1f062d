"""Erase people again whose data a restore has brought back. Stripe has erased them already."""

from collections.abc import Iterable
from hashlib import sha256

from service.contributions.erasure_store import Erasure, ErasureKind, add_erasure, list_erasures
from service.contributions.forget import forget_again
from service.contributions.forget_store import KnownPeople, empty_customer, known_people, unlink_reader
from service.database.transaction import committed
from service.readers.store import forget_everywhere
from service.services import Services
from service.stripe_events.erased_names import name_hash, scrub_all_of_erased
from service.stripe_facts.forgotten_store import add_erased_names


def erase_again(services: Services, erasures: Iterable[Erasure]) -> int:
    """Carry out the erasures that this database does not know. Return how many these were.

    If it fails half-way, it can be repeated, because an erasure is recorded after it was carried out.
    """
    with committed(services.engine) as connection:
        known = {_identity(erasure) for erasure in list_erasures(connection)}
        people = known_people(connection)
    missing = [erasure for erasure in erasures if _identity(erasure) not in known]
    for erasure in missing:
        ACTS[erasure.kind](services, erasure.subject_hash, people)
        with committed(services.engine) as connection:
            add_erasure(connection, erasure)
    if missing:
        scrub_all_of_erased(services.engine, services.keys)
    return len(missing)


def _identity(erasure: Erasure) -> tuple[object, ...]:
    return erasure.kind, erasure.subject_hash, erasure.erased_at


def _erase_contributor(services: Services, subject: bytes, people: KnownPeople) -> None:
    with committed(services.engine) as connection:
        add_erased_names(connection, {subject}, services.clock())  # the address may only be in events
    for email in people.emails:
        if name_hash(services.keys, email) == subject:
            forget_again(services, email)


def _erase_account(services: Services, subject: bytes, people: KnownPeople) -> None:
    with committed(services.engine) as connection:
        for site, reader_hash in people.readers:
            if reader_hash == subject:
                unlink_reader(connection, site, subject)
    forget_everywhere(services.engine, subject)


def _erase_customer(services: Services, subject: bytes, people: KnownPeople) -> None:
    with committed(services.engine) as connection:
        for customer_id in people.customers:
            if sha256(customer_id.encode()).digest() == subject:
                empty_customer(connection, customer_id, services.clock())


ACTS = {
    ErasureKind.CONTRIBUTOR: _erase_contributor,
    ErasureKind.ACCOUNT: _erase_account,
    ErasureKind.CUSTOMER: _erase_customer,
}
