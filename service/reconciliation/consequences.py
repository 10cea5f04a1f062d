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
from service.stripe_facts.record_store import record_balance_transactions, record_fact, record_transition
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Customer,
    Dispute,
    PaymentIntent,
    Refund,
    Subscription,
)
from service.stripe_gateway.fetched import Fact, FraudWarning, LapsedMandate, PayoutMembers

# The objects that do not say when they reached their outcome.
_Undated = Charge | CheckoutSession | Dispute | PaymentIntent | Refund
# The statuses of a session or payment intent whose payment may have failed.
_STOPPED = frozenset({"complete", "requires_payment_method", "canceled"})


def save_facts(connection: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Save facts and update the contributions they belong to, in the caller's transaction.

    The ledger entries that follow are queued, and posted later. Rows are always written in one order, so that
    concurrent refreshes of related objects cannot deadlock.
    """
    facts = tuple(facts)
    transactions = _balance_transactions(facts)
    record_balance_transactions(connection, transactions, now)
    outcome_at = _outcome_times(connection, facts, transactions)
    for fact in sorted(facts, key=_writing_order):
        happened_at = outcome_at.get(fact.id) if isinstance(fact, _Undated) else None
        _save_fact(connection, fact, now, happened_at)
        if happened_at is not None and isinstance(fact, CheckoutSession | PaymentIntent) and fact.status in _STOPPED:
            record_transition(connection, fact.id, fact.status, happened_at)
    apply_facts(connection, facts, now)


def _outcome_times(
    connection: Connection, facts: Iterable[Fact], transactions: Iterable[BalanceTransaction]
) -> dict[str, datetime]:
    """Return when objects reached their outcome, by object id.

    An event says so, and the balance transaction of a failed refund says so too.
    """
    undated = [fact for fact in facts if isinstance(fact, _Undated)]
    created_at = {transaction.id: transaction.created_at for transaction in transactions}
    failed_at = {
        fact.id: created_at[fact.failure_balance_transaction_id]
        for fact in undated
        if isinstance(fact, Refund) and fact.failure_balance_transaction_id in created_at
    }
    return failed_at | outcome_times(connection, [fact.id for fact in undated])


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
