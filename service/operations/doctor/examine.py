"""Run every check of an installation. A check that cannot be made is a finding too, and the others go on."""

from collections.abc import Callable, Iterable, Iterator

from service.errors import DomainError, StoreUnavailableError
from service.operations.doctor.database import examine_database
from service.operations.doctor.machine import examine_machine
from service.operations.doctor.stripe_account import examine_account
from service.reconciliation.doctor import SetupFinding, examine
from service.services import Services


def examine_everything(services: Services) -> tuple[SetupFinding, ...]:
    """Return all findings: of the machine, the database, the payment setup and the unfinished work."""
    machine = tuple(examine_machine(services.settings, services.clock()))
    database = tuple(_tried(lambda: examine_database(services)))
    if not all(finding.is_fine for finding in database[-1:]) and len(database) < 3:
        return (*machine, *database)  # the other checks need a database of this version
    payments = tuple(_tried(lambda: examine(services)))
    return (*machine, *database, *payments, *_tried(lambda: (examine_account(services),)))


def _tried(check: Callable[[], Iterable[SetupFinding]]) -> Iterator[SetupFinding]:
    try:
        yield from check()
    except StoreUnavailableError as error:
        yield SetupFinding(False, str(error), "Check DATABASE_URL and PostgreSQL.")
    except DomainError as error:
        yield SetupFinding(False, str(error), "Check STRIPE_API_KEY and the network connection to Stripe.")
