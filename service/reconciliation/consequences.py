"""Save facts from Stripe together with what follows from them for contributions and payouts.

`_save_fact` decides how each kind of fact is saved. A new kind of fact needs a case there.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from service.contributions.apply_facts import apply_facts
from service.ledger.payouts.tying import record_tie
from service.stripe_events.store import outcome_times
from service.stripe_facts.checkout_store import record_payment_intent, record_session, record_subscription
from service.stripe_facts.record_store import record_balance_transactions, record_fact
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Customer,
    Dispute,
    PaymentIntent,
    Subscription,
)
from service.stripe_gateway.fetched import Fact, FraudWarning, LapsedMandate, PayoutMembers


def save_facts(connection: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Save facts and update the contributions they belong to, in the caller's transaction.

    The ledger entries that follow are queued, and posted later. Rows are always written in one order, so that
    concurrent refreshes of related objects cannot deadlock.
    """
    facts = tuple(facts)
    record_balance_transactions(connection, _balance_transactions(facts), now)
    outcome_at = outcome_times(connection, [fact.id for fact in facts if isinstance(fact, Charge | Dispute)])
    for fact in sorted(facts, key=_writing_order):
        happened_at = outcome_at.get(fact.id) if isinstance(fact, Charge | Dispute) else None
        _save_fact(connection, fact, now, happened_at)
    apply_facts(connection, facts, now)


def _balance_transactions(facts: Iterable[Fact]) -> list[BalanceTransaction]:
    found: list[BalanceTransaction] = []
    for fact in facts:
        if isinstance(fact, BalanceTransaction):
            found.append(fact)
        elif isinstance(fact, PayoutMembers):
            found.extend(fact.transactions)
    return found


def _writing_order(fact: Fact) -> tuple[str, str]:
    return type(fact).__name__, fact.payout_id if isinstance(fact, PayoutMembers) else fact.id


def _save_fact(connection: Connection, fact: Fact, now: datetime, happened_at: datetime | None) -> None:
    match fact:
        case CheckoutSession():
            record_session(connection, fact, now)
        case PaymentIntent():
            record_payment_intent(connection, fact, now)
        case Subscription():
            record_subscription(connection, fact, now)
        case PayoutMembers():
            record_tie(connection, fact.payout_id, fact.transactions, now)
        case BalanceTransaction():
            pass  # save_facts has saved all of them at once
        case Customer() | FraudWarning() | LapsedMandate():
            pass  # these have no table of facts: apply_facts uses them
        case _:
            record_fact(connection, fact, now, happened_at)
