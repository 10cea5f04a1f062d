"""Save facts from Stripe together with what follows from them for contributions and payouts."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from service.contributions.apply_facts import apply_facts
from service.ledger.payouts.tying import record_tie
from service.stripe_events.store import outcome_times
from service.stripe_facts.checkout_store import record_checkout_facts
from service.stripe_facts.record_store import record_balance_transactions, record_facts, record_transitions
from service.stripe_gateway.facts import (
    BalanceTransaction,
    Charge,
    CheckoutSession,
    Dispute,
    Invoice,
    InvoicePayment,
    PaymentIntent,
    Payout,
    Refund,
    Subscription,
)
from service.stripe_gateway.fetched import Fact, PayoutMembers

# The objects that do not say when they reached their outcome.
_Undated = Charge | CheckoutSession | Dispute | PaymentIntent | Refund
# The objects that have a table of facts, and whose changes may change the ledger.
_Posted = Charge | Dispute | Invoice | InvoicePayment | Payout | Refund
# The statuses of a session or payment intent whose payment may have failed.
_STOPPED = frozenset({"complete", "requires_payment_method", "canceled"})


def save_facts(connection: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Save facts and update the contributions they belong to, in the caller's transaction.

    The ledger entries that follow are queued, and posted later. Customers, fraud warnings and lapsed mandates have no
    table of facts; `apply_facts` uses them. Rows are always written in one order, so that concurrent refreshes of
    related objects cannot deadlock.
    """
    facts = tuple(facts)
    transactions = _balance_transactions(facts)
    record_balance_transactions(connection, transactions, now)
    outcome_at = _outcome_times(connection, facts, transactions)
    record_facts(connection, (fact for fact in facts if isinstance(fact, _Posted)), now, outcome_at)
    checkout = [fact for fact in facts if isinstance(fact, CheckoutSession | PaymentIntent | Subscription)]
    record_checkout_facts(connection, checkout, now)
    stopped = sorted({(fact.id, fact.status) for fact in checkout if fact.status in _STOPPED and fact.id in outcome_at})
    record_transitions(connection, ((id_, status, outcome_at[id_]) for id_, status in stopped))
    for fact in sorted((fact for fact in facts if isinstance(fact, PayoutMembers)), key=lambda fact: fact.payout_id):
        record_tie(connection, fact.payout_id, fact.transactions, now)
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
