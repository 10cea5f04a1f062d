"""The ledger's jobs: post what is due, and look every hour whether the books are right."""

import procrastinate
import structlog

from service.errors import DomainError
from service.ledger.check_store import keep_checks
from service.ledger.posting_store import post_in_batches
from service.reconciliation.checking import CONTRIBUTIONS_PER_CHECK, check_everything
from service.services import Services

blueprint = procrastinate.Blueprint()
log = structlog.get_logger()


@blueprint.periodic(cron="37 * * * *")
@blueprint.task(name="check", pass_context=True, queueing_lock="ledger:check")
def check(context: procrastinate.JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue hands it over
    """Post what is due, check every invariant, keep the result; each red one is logged as an error."""
    check_books(context.additional_context["services"])


def check_books(services: Services) -> None:
    """Post, check and keep. Without Stripe's own balance that one comparison is left out."""
    now = services.clock()
    post_in_batches(services.engine, services.settings.accounting_zone, now)
    try:
        stripe_balance = services.gateway.fetch_balance()
    except DomainError as error:
        log.warning("stripe_balance_not_compared", code=error.code)
        stripe_balance = None
    checks = check_everything(services, stripe_balance, CONTRIBUTIONS_PER_CHECK)
    with services.engine.begin() as connection:
        keep_checks(connection, checks, now)
    for found in checks:
        if not found.is_green:
            log.error("ledger_check_red", number=found.number, check=found.name, detail=found.detail)
