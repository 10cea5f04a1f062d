"""Run every check of an installation. A check that cannot be made is a finding too, and the others go on."""

from collections.abc import Callable, Iterable, Iterator

from service.errors import DomainError, StoreUnavailableError
from service.operations.doctor.address import examine_address
from service.operations.doctor.database import examine_contents, examine_schema
from service.operations.doctor.machine import examine_machine
from service.operations.doctor.stripe_account import examine_account
from service.reconciliation.doctor import (
    ONLY_IN_DASHBOARD,
    SetupFinding,
    examine_account_setup,
    examine_arrivals,
    examine_work,
)
from service.services import Services


def examine_everything(services: Services) -> tuple[SetupFinding, ...]:
    """Return all findings: of the machine, the database, the unfinished work and the account at Stripe."""
    machine = (*examine_machine(services.settings), *examine_address(services.settings, services.clock()))
    schema = tuple(_tried(lambda: examine_schema(services)))
    account = tuple(_tried(lambda: examine_account_setup(services)))
    if not all(finding.is_fine for finding in schema):  # the other checks need a database of this version
        return (*machine, *schema, *account)
    inside = (*_tried(lambda: examine_contents(services)), *_tried(lambda: examine_work(services)))
    if len(account) == 1:  # Stripe did not answer
        return (*machine, *schema, *inside, *account)
    arrivals = _tried(lambda: (examine_arrivals(services), examine_account(services)))
    return (*machine, *schema, *inside, *account, *arrivals, *ONLY_IN_DASHBOARD)


def _tried(check: Callable[[], Iterable[SetupFinding]]) -> Iterator[SetupFinding]:
    try:
        yield from check()
    except StoreUnavailableError as error:
        yield SetupFinding(False, str(error), "Check DATABASE_URL and PostgreSQL.")
    except DomainError as error:
        yield SetupFinding(
            False, str(error), "Check STRIPE_API_KEY, STRIPE_API_BASE and the network connection to Stripe."
        )
