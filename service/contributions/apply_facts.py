"""Update contributions, their mail and the rows of signed-in readers after new facts from Stripe."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from service.contributions import store
from service.contributions.contribution import Attempt
from service.contributions.contributor_store import set_contributor, set_customer
from service.contributions.forget_store import empty_customer, includes_forgotten
from service.contributions.lifecycle import fold_lifecycle
from service.contributions.mail.kinds import mails_for
from service.contributions.mail.outbox_store import add_mail
from service.contributions.mail.staff_alerts import alerts_for
from service.contributions.signed_in_readers import update_readers
from service.money import Money
from service.receipts.donors_store import link_donors
from service.stripe_facts.contribution_store import facts_of_contributions
from service.stripe_facts.forgotten_store import is_forgotten_customer
from service.stripe_gateway.facts import (
    Charge,
    CheckoutSession,
    ContributionMark,
    Customer,
    Invoice,
    PaymentIntent,
    Subscription,
)
from service.stripe_gateway.fetched import Fact

MarkedFact = Charge | CheckoutSession | Invoice | PaymentIntent | Subscription
# If only Stripe still knows a contribution, the language of its page is lost.
UNKNOWN_LANGUAGE = "en"


def apply_facts(connection: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Update every contribution that these facts belong to, with its donor, and queue the mail they call for.

    The facts must be recorded before. Contributions are updated in the order of their ids, so that two transactions
    never deadlock.
    """
    facts = tuple(facts)
    marked: dict[str, list[MarkedFact]] = {}
    for fact in facts:
        if isinstance(fact, Charge | CheckoutSession | Invoice | PaymentIntent | Subscription) and fact.contribution:
            marked.setdefault(fact.contribution.contribution_id, []).append(fact)
    _update_contributions(connection, marked, now)
    ids = list(marked)
    for fact in facts:
        if isinstance(fact, Customer) and fact.is_deleted:
            empty_customer(connection, fact.id, now)
        elif isinstance(fact, Customer):
            ids += set_customer(connection, fact)
    for mail in alerts_for(facts, now):
        add_mail(connection, mail, now)
    # Last, because a transaction that waits for the lock of donors must hold nothing that its holder waits for.
    link_donors(connection, ids)


def concern_forgotten(connection: Connection, facts: Iterable[Fact]) -> bool:
    """Return whether any of these facts belongs to a forgotten contributor."""
    contribution_ids: list[str] = []
    for fact in facts:
        if isinstance(fact, Customer) and (fact.is_deleted or is_forgotten_customer(connection, fact.id)):
            return True
        mark = getattr(fact, "contribution", None)
        if isinstance(mark, ContributionMark):
            contribution_ids.append(mark.contribution_id)
    return includes_forgotten(connection, contribution_ids)


def _update_contributions(connection: Connection, marked: Mapping[str, Sequence[MarkedFact]], now: datetime) -> None:
    ids = _lock_or_recover(connection, marked)
    facts = facts_of_contributions(connection, ids)
    lifecycles = {id_: fold_lifecycle(facts[id_]) for id_ in ids}
    store.set_lifecycles(connection, lifecycles, now)
    for id_ in ids:
        for fact in marked[id_]:
            if isinstance(fact, CheckoutSession):
                set_contributor(connection, id_, fact)
        for mail in mails_for(id_, lifecycles[id_], facts[id_], now):
            add_mail(connection, mail, now)
    update_readers(connection, ids, now)


def _lock_or_recover(connection: Connection, marked: Mapping[str, Sequence[MarkedFact]]) -> tuple[str, ...]:
    """Lock the contributions with these ids, in the order of ids, and add those that only Stripe knows."""
    found = store.lock_contributions(connection, marked)
    unknown = sorted(marked.keys() - set(found))
    recovered = [attempt for id_ in unknown if (attempt := recovered_attempt(marked[id_])) is not None]
    if not recovered:
        return found
    store.insert_recovered(connection, recovered)
    return store.lock_contributions(connection, marked)


def recovered_attempt(facts: Iterable[MarkedFact]) -> Attempt | None:
    """Make an attempt from the facts of a contribution that is not in our store.

    Return None if no fact names an amount.
    """
    facts = tuple(facts)
    session_id = next((fact.id for fact in facts if isinstance(fact, CheckoutSession)), None)
    for fact in facts:
        amount, mark = _amount(fact), fact.contribution
        if mark is not None and amount is not None and amount.amount_minor > 0:
            return Attempt(
                mark=mark,
                key=f"recovered:{mark.contribution_id}",
                amount=amount,
                language=UNKNOWN_LANGUAGE,
                return_url="",
                created_at=fact.created_at,
                expires_at=fact.created_at,
                checkout_session_id=session_id,
            )
    return None


def _amount(fact: MarkedFact) -> Money | None:
    match fact:
        case CheckoutSession():
            return Money(fact.amount_total_minor, fact.currency)
        case Subscription():
            item = fact.items[0] if fact.items else None
            return Money(item.unit_amount_minor * item.quantity, item.currency) if item else None
        case Invoice():
            return Money(fact.total_minor, fact.currency)
        case _:
            return Money(fact.amount_minor, fact.currency)
