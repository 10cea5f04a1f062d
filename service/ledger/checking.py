"""Look at everything that must always hold, on one moment of the books: ledger, contributions, exports."""

from service.contributions.life_check_store import differing_lives
from service.exports.agreement_store import agreements
from service.ledger.invariant_store import account_agreements, check_ledger
from service.ledger.invariants import Check, none_of
from service.services import Services
from service.stripe_gateway.account import StripeBalance

# The hourly look folds this many contributions anew, those changed last; the command folds all.
LIVES_PER_LOOK = 20_000
# Facts and entries that are committed while we look would seem to differ.
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
