"""Check every invariant of ledger, contributions and exports at one moment of the books."""

from service.contributions.lifecycle_check_store import differing_lives
from service.exports.agreement_store import agreements
from service.ledger.invariant_store import account_agreements, check_ledger
from service.ledger.invariants import Check, none_of
from service.services import Services
from service.stripe_gateway.account import StripeBalance

# The hourly check recomputes this many contributions, those changed last; the command recomputes all.
CONTRIBUTIONS_PER_CHECK = 20_000
# Without one snapshot, facts and entries committed during the check would seem to differ.
_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def check_everything(
    services: Services, stripe_balance: StripeBalance | None = None, newest_lives: int | None = None
) -> tuple[Check, ...]:
    """Every invariant, by number. `stripe_balance` is what Stripe says it holds; None leaves that comparison out.

    `newest_lives` bounds how many contributions are folded anew; None folds all.
    """
    settings, now = services.settings, services.clock()
    with services.engine.connect().execution_options(**_ONE_MOMENT) as connection:
        checks = (
            *check_ledger(connection, now, stripe_balance),
            none_of(
                8,
                "contributions are what their facts say",
                differing_lives(connection, newest_lives),
                "no life differs from its facts",
            ),
            *account_agreements(
                connection,
                agreements(connection, settings.accounting_zone, now, is_livemode=settings.is_livemode),
            ),
        )
    return tuple(sorted(checks, key=lambda check: check.number))
