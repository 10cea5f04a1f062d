"""From facts to contributions: which ones a set of facts speaks of, and what their life is now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from service.clock import Clock
from service.contributions import store
from service.contributions.contribution import Attempt
from service.contributions.forget_store import empty_customer, forgotten_among
from service.contributions.lifecycle import fold_life
from service.contributions.mail.kinds import mails_for
from service.contributions.mail.outbox_store import add_mail
from service.contributions.mail.staff_alerts import alerts_for
from service.contributions.readers_store import contributing_readers, repair_reader, update_readers
from service.money import Money
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
# Of a contribution that only Stripe still knew, nobody knows the page it came from or the language it was read in.
UNKNOWN_LANGUAGE = "en"
# Readers repaired in one transaction: a page view of such a reader waits until it ends.
REPAIRED_AT_ONCE = 25


def apply_facts(connection: Connection, facts: Iterable[Fact], now: datetime) -> None:
    """Bring every contribution these facts speak of up to date, in one order everywhere. Facts must be recorded."""
    facts = tuple(facts)
    marked: dict[str, list[MarkedFact]] = {}
    for fact in facts:
        if isinstance(fact, Charge | CheckoutSession | Invoice | PaymentIntent | Subscription) and fact.contribution:
            marked.setdefault(fact.contribution.contribution_id, []).append(fact)
    _bring_up_to_date(connection, marked, now)
    for fact in facts:
        if isinstance(fact, Customer) and fact.is_deleted:
            empty_customer(connection, fact.id, now)
        elif isinstance(fact, Customer):
            store.set_customer(connection, fact)
    for mail in alerts_for(facts, now):
        add_mail(connection, mail, now)


def speaks_of_forgotten(connection: Connection, facts: Iterable[Fact]) -> bool:
    """Whether any of these facts belongs to a contributor who is forgotten."""
    contribution_ids: list[str] = []
    for fact in facts:
        if isinstance(fact, Customer) and (fact.is_deleted or is_forgotten_customer(connection, fact.id)):
            return True
        mark = getattr(fact, "contribution", None)
        if isinstance(mark, ContributionMark):
            contribution_ids.append(mark.contribution_id)
    return forgotten_among(connection, contribution_ids)


def _bring_up_to_date(connection: Connection, marked: Mapping[str, Sequence[MarkedFact]], now: datetime) -> None:
    ids = _locked(connection, marked)
    known = facts_of_contributions(connection, ids)
    lives = {id_: fold_life(known[id_]) for id_ in ids}
    store.set_lives(connection, lives, now)
    for id_ in ids:
        for fact in marked[id_]:
            if isinstance(fact, CheckoutSession):
                store.set_contributor(connection, id_, fact)
        for mail in mails_for(id_, lives[id_], known[id_], now):
            add_mail(connection, mail, now)
    update_readers(connection, ids, now)


def _locked(connection: Connection, marked: Mapping[str, Sequence[MarkedFact]]) -> tuple[str, ...]:
    """The contributions these facts speak of, held in the order of their ids. Those only Stripe knew are added."""
    found = store.lock_contributions(connection, marked)
    unknown = sorted(marked.keys() - set(found))
    recovered = [attempt for id_ in unknown if (attempt := recovered_attempt(marked[id_])) is not None]
    if not recovered:
        return found
    store.insert_recovered(connection, recovered)
    return store.lock_contributions(connection, marked)


def recovered_attempt(facts: Iterable[MarkedFact]) -> Attempt | None:
    """The attempt behind facts whose contribution is not in our store; None where no fact names an amount."""
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


def rebuild_contributions(engine: Engine, clock: Clock) -> None:
    """Recompute every contribution from its facts, in batches, and repair the rows of signed-in readers.

    Facts stay as they are, and no mail is written again.
    """
    after: str | None = ""
    while after is not None:
        with engine.begin() as connection:
            after = _recompute_batch(connection, clock(), after)
    with engine.connect() as connection:
        accounts = contributing_readers(connection)
    for start in range(0, len(accounts), REPAIRED_AT_ONCE):
        with engine.begin() as connection:
            for site, reader_hash in accounts[start : start + REPAIRED_AT_ONCE]:
                repair_reader(connection, site, reader_hash, clock())


def _recompute_batch(connection: Connection, now: datetime, after: str, limit: int = 500) -> str | None:
    """Recompute the contributions that follow `after`; return the last id of the batch, None after the last batch."""
    page = store.ids_after(connection, after, limit)
    known = facts_of_contributions(connection, page)
    store.set_lives(connection, {id_: fold_life(known[id_]) for id_ in page}, now)
    return page[-1] if page else None
