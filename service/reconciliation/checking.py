"""Check every invariant of ledger, contributions and exports against one snapshot of the database."""

from collections.abc import Iterable

import structlog

from service.contributions.rebuild import differing_lifecycles
from service.database.transaction import committed, connected
from service.errors import DomainError
from service.exports.agreement_store import Agreement, agreements
from service.ledger.invariants.check import Balances, Check, compare, none_of, sum_of
from service.ledger.invariants.check_ledger import check_ledger
from service.ledger.invariants.check_store import save_checks
from service.ledger.post_due import post_in_batches
from service.ledger.store import balances
from service.services import Services
from service.stripe_gateway.account import StripeBalance

log = structlog.get_logger()
# The hourly check recomputes this many contributions, those changed last. The command recomputes all.
CONTRIBUTIONS_PER_CHECK = 20_000
# One snapshot for all checks. Otherwise a fact that is committed during the check would look like a difference.
_ONE_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def check_everything(
    services: Services, stripe_balance: StripeBalance | None = None, newest_contributions: int | None = None
) -> tuple[Check, ...]:
    """Check every invariant and return the results, sorted by number.

    `stripe_balance` None leaves out the comparison with Stripe's balance. `newest_contributions` limits how many
    contributions are recomputed from their facts, those changed last. None recomputes all.
    """
    settings, now = services.settings, services.clock()
    with connected(services.engine, **_ONE_SNAPSHOT) as connection:
        checks = (
            *check_ledger(connection, now, stripe_balance),
            none_of(
                8,
                "contributions are what their facts say",
                differing_lifecycles(connection, newest_contributions),
                "no contribution differs from its facts",
            ),
            *_compare_with_accounts(
                agreements(connection, settings.accounting_zone, now, is_livemode=settings.is_livemode),
                balances(connection, has_manual=False),
            ),
        )
    return tuple(sorted(checks, key=lambda check: check.number))


def check_books(services: Services) -> None:
    """Post what is due, check every invariant, save the result, and log each failed check as an error.

    If Stripe does not return its balance, only that comparison is left out.
    """
    now = services.clock()
    post_in_batches(services.engine, services.settings.accounting_zone, now)
    try:
        stripe_balance = services.gateway.fetch_balance()
    except DomainError as error:
        log.warning("stripe_balance_not_compared", code=error.code)
        stripe_balance = None
    checks = check_everything(services, stripe_balance, CONTRIBUTIONS_PER_CHECK)
    with committed(services.engine) as connection:
        save_checks(connection, checks, now)
    for check in checks:
        if not check.is_green:
            log.error("ledger_check_red", number=check.number, check=check.name, detail=check.detail)


def _compare_with_accounts(agreements_of_files: Iterable[Agreement], account_balances: Balances) -> tuple[Check, ...]:
    """Compare the sum of each export file with the accounts that the file covers.

    The files hold what Stripe reported, so `account_balances` must leave out entries by a person.
    """
    return tuple(
        compare(
            10,
            f"{agreement.name.value} sum to their accounts",
            {
                currency: agreement.sign * minor
                for currency, minor in sum_of(account_balances, *agreement.accounts).items()
            },
            agreement.sums,
            f"{agreement.name.value}.csv",
        )
        for agreement in agreements_of_files
    )
