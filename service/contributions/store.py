"""The table of contributions and its SQL. docs/privacy.md names the columns that hold personal data."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import TSVECTOR, insert

from service.contributions.contribution import Attempt, Contribution, ContributionState, Lifecycle
from service.database.columns import INSTANT, is_in
from service.database.metadata import metadata
from service.money import Interval, Money
from service.stripe_gateway.facts import CheckoutSession, ContributionMark

contributions = Table(
    "contributions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("interval", Text, nullable=False),
    Column("campaign", Text),
    Column("variant", Text),
    Column("page_id", Text),
    Column("fund", Text),
    Column("placement", Text),
    Column("is_counted", Boolean, nullable=False),
    Column("reader_hash", LargeBinary),
    Column("amount_minor", BigInteger, nullable=False),
    Column("chosen_minor", BigInteger),
    Column("currency", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("covers_fee", Boolean, nullable=False),
    Column("is_anonymous", Boolean, nullable=False),
    Column("attempt_key", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("checkout_session_id", Text),
    Column("checkout_url", Text),
    Column("state", Text, nullable=False),
    Column("changed_at", INSTANT, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("refunded_minor", BigInteger, nullable=False),
    Column("paid_count", Integer, nullable=False),
    Column("dispute_status", Text),
    Column("first_paid_at", INSTANT),
    Column("paid_until", INSTANT),
    Column("ends_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("customer_id", Text),
    Column("donor_ref", Text),
    Column("subscription_id", Text),
    Column("payment_intent_id", Text),
    Column("recurring_minor", BigInteger),
    Column("recurring_currency", Text),
    Column("contributor_email", Text),
    Column("contributor_name", Text),
    Column("contributor_country", Text),
    Column("contributor_postal_code", Text),
    Column(
        "contributor_words", TSVECTOR, Computed("search_words(contributor_email, contributor_name)", persisted=True)
    ),
    Column("message", Text),
    Column("forgotten_at", INSTANT),
    CheckConstraint("amount_minor > 0", name="amount"),
    Index("uq_contributions_open_attempt", "attempt_key", unique=True, postgresql_where=text("is_open")),
    Index(None, "customer_id"),
    Index(None, "donor_ref"),
    Index(None, "reader_hash"),
    Index(None, "subscription_id"),
    Index(None, "checkout_session_id"),
    Index("ix_contributions_email", func.lower(text("contributor_email"))),
    Index(None, "created_at", "id"),
    Index(None, "site", "first_paid_at"),
    Index(None, "payment_intent_id"),
    Index(None, "amount_minor"),
    Index(None, "chosen_minor"),
    Index(None, "recurring_minor", postgresql_where=text("recurring_minor IS NOT NULL")),
    Index("ix_contributions_words", "contributor_words", postgresql_using="gin"),
)


def open_attempt(connection: Connection, key: str, now: datetime) -> Attempt | None:
    """Return the attempt that a second click joins, or None if its page is closed at `now`."""
    c = contributions.c
    statement = select(contributions).where(c.attempt_key == key, c.is_open, c.expires_at > now)
    row = connection.execute(statement).first()
    return _attempt(row) if row else None


def insert_attempt(connection: Connection, attempt: Attempt) -> bool:
    """Save a new attempt. Return False if another request has opened one with the same key."""
    c = contributions.c
    statement = insert(contributions).values(
        _attempt_row(attempt) | _lifecycle_row(Lifecycle(ContributionState.ATTEMPTED))
    )
    statement = statement.on_conflict_do_nothing(index_elements=["attempt_key"], index_where=text("is_open"))
    return connection.execute(statement.returning(c.id)).first() is not None


def insert_recovered(connection: Connection, attempts: Sequence[Attempt]) -> None:
    """Save contributions that only Stripe still knew, closed to further clicks. Existing rows do not change."""
    lifecycle = _lifecycle_row(Lifecycle(ContributionState.ATTEMPTED)) | {"is_open": False}
    statement = insert(contributions).on_conflict_do_nothing(index_elements=["id"])
    connection.execute(statement, [_attempt_row(attempt) | lifecycle for attempt in attempts])


def set_checkout(connection: Connection, contribution_id: str, session: CheckoutSession) -> None:
    """Save the id and address of the hosted page of an attempt."""
    c = contributions.c
    statement = update(contributions).where(c.id == contribution_id)
    connection.execute(statement.values(checkout_session_id=session.id, checkout_url=session.url))


def close_attempts(connection: Connection, key: str, expiring_by: datetime) -> None:
    """Close the attempts of a key whose page expires by `expiring_by`, so that no click joins them."""
    c = contributions.c
    statement = update(contributions).where(c.attempt_key == key, c.is_open, c.expires_at <= expiring_by)
    connection.execute(statement.values(is_open=False))


def lock_contributions(connection: Connection, contribution_ids: Collection[str]) -> tuple[str, ...]:
    """Lock the rows of these contributions until the transaction ends. Return the ids that exist, sorted."""
    c = contributions.c
    statement = select(c.id).where(is_in(c.id, contribution_ids)).order_by(c.id).with_for_update()
    return tuple(connection.execute(statement).scalars())


def find_contribution(connection: Connection, contribution_id: str) -> Contribution | None:
    """Return a contribution, or None if there is none with this id."""
    row = connection.execute(select(contributions).where(contributions.c.id == contribution_id)).first()
    return _contribution(row) if row else None


def ids_after(connection: Connection, contribution_id: str, limit: int) -> tuple[str, ...]:
    """Return the ids that follow `contribution_id`, sorted."""
    c = contributions.c
    return tuple(connection.execute(select(c.id).where(c.id > contribution_id).order_by(c.id).limit(limit)).scalars())


def newest_ids(connection: Connection, limit: int) -> tuple[str, ...]:
    """Return the ids of the contributions that changed last, newest first."""
    c = contributions.c
    return tuple(connection.execute(select(c.id).order_by(c.changed_at.desc(), c.id).limit(limit)).scalars())


def lifecycles_of(connection: Connection, contribution_ids: Collection[str]) -> dict[str, Lifecycle]:
    """Return the stored lifecycles of these contributions, by id."""
    statement = select(contributions).where(is_in(contributions.c.id, contribution_ids))
    return {row.id: _lifecycle(row) for row in connection.execute(statement)}


def email_of(connection: Connection, contribution_id: str) -> str | None:
    """Return a contributor's e-mail address, or None if it is unknown or was forgotten."""
    c = contributions.c
    found: str | None = connection.scalar(select(c.contributor_email).where(c.id == contribution_id))
    return found


def set_lifecycles(connection: Connection, lifecycles: Mapping[str, Lifecycle], now: datetime) -> None:
    """Save the lifecycles of contributions, and close every attempt whose checkout is over."""
    c = contributions.c
    over = [id_ for id_, lifecycle in lifecycles.items() if lifecycle.state is not ContributionState.ATTEMPTED]
    rows = [
        _lifecycle_row(lifecycle) | {"changed_at": now, "contribution": id_} for id_, lifecycle in lifecycles.items()
    ]
    if rows:
        connection.execute(update(contributions).where(c.id == bindparam("contribution")), rows)
    if over:
        closed = update(contributions).where(is_in(c.id, over))
        connection.execute(closed.values(is_open=False, checkout_url=None))


def _attempt_row(attempt: Attempt) -> dict[str, object]:
    return {
        "id": attempt.id,
        "interval": attempt.mark.interval.value,
        **{name: getattr(attempt.mark, name) for name in ("site", "campaign", "variant", "page_id", "fund")},
        "placement": attempt.placement,
        "is_counted": attempt.is_counted,
        "reader_hash": attempt.reader_hash,
        "amount_minor": attempt.amount.amount_minor,
        "chosen_minor": attempt.chosen_minor,
        "currency": attempt.amount.currency,
        "language": attempt.language,
        "covers_fee": attempt.covers_fee,
        "is_anonymous": attempt.is_anonymous,
        "message": attempt.message,
        "attempt_key": attempt.key,
        "is_open": True,
        "return_url": attempt.return_url,
        "created_at": attempt.created_at,
        "expires_at": attempt.expires_at,
        "checkout_session_id": attempt.checkout_session_id,
        "checkout_url": attempt.checkout_url,
        "changed_at": attempt.created_at,
    }


def _lifecycle_row(lifecycle: Lifecycle) -> dict[str, object]:
    return {
        "state": lifecycle.state.value,
        "paid_minor": lifecycle.paid_minor,
        "refunded_minor": lifecycle.refunded_minor,
        "paid_count": lifecycle.paid_count,
        "dispute_status": lifecycle.dispute_status,
        "first_paid_at": lifecycle.first_paid_at,
        "paid_until": lifecycle.paid_until,
        "ends_at": lifecycle.ends_at,
        "ended_at": lifecycle.ended_at,
        "customer_id": lifecycle.customer_id,
        "subscription_id": lifecycle.subscription_id,
        "payment_intent_id": lifecycle.payment_intent_id,
        "recurring_minor": lifecycle.recurring.amount_minor if lifecycle.recurring else None,
        "recurring_currency": lifecycle.recurring.currency if lifecycle.recurring else None,
    }


def _attempt(row: Row[tuple[object, ...]]) -> Attempt:
    return Attempt(
        mark=ContributionMark(
            contribution_id=row.id,
            site=row.site,
            interval=Interval(row.interval),
            campaign=row.campaign,
            variant=row.variant,
            page_id=row.page_id,
            fund=row.fund,
        ),
        key=row.attempt_key,
        amount=Money(row.amount_minor, row.currency),
        language=row.language,
        return_url=row.return_url,
        created_at=row.created_at,
        expires_at=row.expires_at,
        chosen_minor=row.chosen_minor,
        placement=row.placement,
        covers_fee=row.covers_fee,
        is_anonymous=row.is_anonymous,
        message=row.message,
        is_counted=row.is_counted,
        reader_hash=row.reader_hash,
        checkout_session_id=row.checkout_session_id,
        checkout_url=row.checkout_url,
    )


def _contribution(row: Row[tuple[object, ...]]) -> Contribution:
    return Contribution(attempt=_attempt(row), lifecycle=_lifecycle(row), changed_at=row.changed_at)


def _lifecycle(row: Row[tuple[object, ...]]) -> Lifecycle:
    recurring = Money(row.recurring_minor, row.recurring_currency) if row.recurring_currency else None
    return Lifecycle(
        state=ContributionState(row.state),
        paid_minor=row.paid_minor,
        refunded_minor=row.refunded_minor,
        paid_count=row.paid_count,
        dispute_status=row.dispute_status,
        first_paid_at=row.first_paid_at,
        paid_until=row.paid_until,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        customer_id=row.customer_id,
        subscription_id=row.subscription_id,
        payment_intent_id=row.payment_intent_id,
        recurring=recurring,
    )
