"""The figures behind the invariants: what the facts say, to compare with what the ledger says."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, Subquery, and_, exists, func, or_, select

from service.ledger.accounts import Account
from service.ledger.payouts.tie import TieStatus
from service.ledger.payouts.tie_store import payout_ties, ties
from service.ledger.store import ledger_entries, ledger_postings
from service.money import major_text
from service.stripe_facts.tables_store import (
    balance_transactions,
    charges,
    disputes,
    fact_transitions,
    payout_members,
    payouts,
    refunds,
)

BALANCE_TRANSACTION_HOURS = 24
# Three business days and a weekend: by then an automatic payout has taken all that is available, on any schedule.
UNPAID_DAYS = 5
PerCurrency = dict[str, int]
_ENTRY, _POSTING, _MOVED = ledger_entries.c, ledger_postings.c, balance_transactions.c
_CLOSED = ("lost", "prevented", "warning_closed")
_HARMLESS = ("won", "prevented", "warning_needs_response", "warning_under_review", "warning_closed")


@dataclass(frozen=True, slots=True)
class UnpostedTransaction:
    """A balance transaction that has no entry yet."""

    id: str
    created_at: datetime
    category: str
    source_id: str | None


def unposted_transactions(connection: Connection, since: datetime | None = None) -> list[UnpostedTransaction]:
    """Return the balance transactions of the payments balance that have no entry, oldest first.

    `since` leaves out those that Stripe created before it.
    """
    is_own_entry = _ENTRY.balance_transaction_id == _MOVED.id
    statement = select(_MOVED.id, _MOVED.created_at, _MOVED.reporting_category, _MOVED.source_id)
    if since is not None:  # no entry has an accounting date before its movement, so older entries need not be read
        statement = statement.where(_MOVED.created_at >= since)
        is_own_entry &= _ENTRY.accounting_date >= since.date() - timedelta(days=1)
    statement = statement.where(_MOVED.balance_type == "payments", ~exists().where(is_own_entry))
    statement = statement.order_by(_MOVED.created_at, _MOVED.id)
    return [UnpostedTransaction(*row) for row in connection.execute(statement)]


def suspense_through(connection: Connection, through: date) -> PerCurrency:
    """Return what suspense holds at the end of a day, by accounting date."""
    statement = (
        select(_POSTING.currency, func.sum(_POSTING.amount_minor))
        .join_from(ledger_postings, ledger_entries, _POSTING.entry_seq == _ENTRY.seq)
        .where(_POSTING.account == Account.SUSPENSE.value, _ENTRY.accounting_date <= through)
        .group_by(_POSTING.currency)
    )
    return _per_currency(connection, statement)


def unbalanced_entries(connection: Connection) -> list[str]:
    """Return the entries whose postings do not add up to zero in a currency."""
    statement = (
        select(_POSTING.entry_seq)
        .group_by(_POSTING.entry_seq, _POSTING.currency)
        .having(func.sum(_POSTING.amount_minor) != 0)
    )
    return [f"entry {seq}" for seq in connection.execute(statement).scalars()]


def missing_numbers(connection: Connection) -> list[str]:
    """Return a sentence if the entries are not numbered from 1 without a gap, otherwise nothing."""
    newest, count = connection.execute(select(func.coalesce(func.max(_ENTRY.seq), 0), func.count())).one()
    return [] if newest == count else [f"{count} entries, newest number {newest}"]


def incomplete_entries(connection: Connection) -> list[str]:
    """Return the keys of the entries that have more or fewer postings than when they were posted."""
    statement = (
        select(_ENTRY.key)
        .join_from(ledger_entries, ledger_postings, _POSTING.entry_seq == _ENTRY.seq, isouter=True)
        .group_by(_ENTRY.seq)
        .having(func.count(_POSTING.line) != _ENTRY.line_count)
        .order_by(_ENTRY.seq)
    )
    return list(connection.execute(statement).scalars())


def net_of_balance_type(connection: Connection, balance_type: str) -> PerCurrency:
    """Return the sum of the net of all balance transactions of one of Stripe's balances, such as `payments`."""
    statement = select(_MOVED.currency, func.sum(_MOVED.net_minor)).where(_MOVED.balance_type == balance_type)
    return _per_currency(connection, statement.group_by(_MOVED.currency))


def risk_reserves(connection: Connection) -> PerCurrency:
    """Return what the ledger holds as risk reserves. Stripe has no balance of minimum-balance holds to compare with."""
    statement = (
        select(_POSTING.currency, func.sum(_POSTING.amount_minor))
        .join_from(ledger_postings, ledger_entries, _POSTING.entry_seq == _ENTRY.seq)
        .join(balance_transactions, _MOVED.id == _ENTRY.balance_transaction_id)
        .where(_POSTING.account == Account.STRIPE_RESERVES.value, _MOVED.reporting_category == "risk_reserved_funds")
        .group_by(_POSTING.currency)
    )
    return _per_currency(connection, statement)


def untied_payouts(connection: Connection) -> list[str]:
    """Return the payouts whose lines do not add up to their amount, with the signed remainder."""
    return [
        f"{tie.payout_id} {tie.status} {major_text(tie.difference_minor, tie.currency)} {tie.currency} unexplained"
        for tie in ties(connection)
        if tie.status is TieStatus.MISMATCH
    ]


def open_disputes(connection: Connection) -> PerCurrency:
    """Return what open disputes have withdrawn and not returned. A won dispute stays open until its return is here."""
    returned = balance_transactions.alias("returned").c
    has_return = exists().where(
        returned.source_id == _MOVED.source_id, returned.reporting_category == "dispute_reversal"
    )
    ended = fact_transitions.c
    has_ended = exists().where(
        ended.object_id == _MOVED.source_id,
        or_(ended.transition.in_(_CLOSED), (ended.transition == "won") & has_return),
    )
    statement = _taken_out(("dispute", "dispute_reversal")).where(~has_ended)
    return _per_currency(connection, statement)


def in_process(connection: Connection) -> PerCurrency:
    """Return the sums of pending charges that are in the balance. They are a liability, so the sums are negative."""
    has_succeeded = exists().where(charges.c.id == _MOVED.source_id, charges.c.status == "succeeded")
    is_known = exists().where(charges.c.id == _MOVED.source_id)
    statement = _taken_out(("charge", "charge_failure")).where(~has_succeeded, is_known)
    return _per_currency(connection, statement)


def in_transit(connection: Connection) -> PerCurrency:
    """Return the payouts that left the balance and have not reached the bank, less those that came back."""
    was_paid = exists().where(fact_transitions.c.object_id == _MOVED.source_id, fact_transitions.c.transition == "paid")
    return _per_currency(connection, _taken_out(("payout", "payout_reversal")).where(~was_paid))


def over_returned_charges(connection: Connection) -> list[str]:
    """Return the charges whose refunds and disputes exceed what was captured, with the excess."""
    refunded = _sum_by_charge(
        select(refunds.c.charge_id, refunds.c.amount_minor).where(refunds.c.status == "succeeded")
    )
    disputed = _sum_by_charge(
        select(disputes.c.charge_id, disputes.c.amount_minor).where(disputes.c.status.not_in(_HARMLESS))
    )
    returned = func.coalesce(refunded.c.total_minor, 0) + func.coalesce(disputed.c.total_minor, 0)
    captured = func.coalesce(func.nullif(charges.c.amount_captured_minor, 0), charges.c.amount_minor)
    statement = (
        select(charges.c.id, charges.c.currency, (returned - captured).label("excess_minor"))
        .outerjoin_from(charges, refunded, refunded.c.charge_id == charges.c.id)
        .outerjoin(disputed, disputed.c.charge_id == charges.c.id)
        .where(returned > captured)
        .order_by(charges.c.id)
    )
    return [
        f"{row.id} by {major_text(int(row.excess_minor), row.currency)} {row.currency}"
        for row in connection.execute(statement)
    ]


def charges_without_transaction(connection: Connection, now: datetime) -> list[str]:
    """Return the charges that succeeded more than a day ago and have no balance transaction."""
    statement = (
        select(charges.c.id)
        .where(
            charges.c.status == "succeeded",
            charges.c.amount_captured_minor > 0,
            charges.c.created_at < now - timedelta(hours=BALANCE_TRANSACTION_HOURS),
            ~exists().where(_MOVED.source_id == charges.c.id, _MOVED.reporting_category == "charge"),
        )
        .order_by(charges.c.created_at, charges.c.id)
    )
    return list(connection.execute(statement).scalars())


def transactions_without_payout(connection: Connection) -> list[str]:
    """Return the balance transactions that no payout carried although one should have.

    A payout should have carried a transaction that became available `UNPAID_DAYS` before that payout was made, if the
    payout ties to the cent. Payouts made by hand and instant payouts list nothing, so the oldest transactions up to
    what they took are left out.
    """
    span = (
        select(
            payout_ties.c.currency,
            func.min(payouts.c.created_at).label("first_at"),
            (func.max(payouts.c.created_at) - timedelta(days=UNPAID_DAYS)).label("last_at"),
        )
        .join_from(payout_ties, payouts, payouts.c.id == payout_ties.c.payout_id)
        .where(payout_ties.c.status == TieStatus.MATCHED.value)
        .group_by(payout_ties.c.currency)
        .subquery()
    )
    left = (
        select(
            _MOVED.id,
            _MOVED.available_at,
            _MOVED.currency,
            func.sum(_MOVED.net_minor).over(partition_by=_MOVED.currency).label("all_minor"),
            func.sum(_MOVED.net_minor)
            .over(partition_by=_MOVED.currency, order_by=(_MOVED.available_at, _MOVED.id))
            .label("running_minor"),
        )
        .join_from(balance_transactions, span, span.c.currency == _MOVED.currency)
        .where(
            _MOVED.balance_type == "payments",
            _MOVED.reporting_category.not_in(("payout", "payout_reversal")),
            _MOVED.available_at.between(span.c.first_at, span.c.last_at),
            ~exists().where(payout_members.c.balance_transaction_id == _MOVED.id),
        )
        .subquery()
    )
    taken = _taken_by_hand()
    taken_minor = func.coalesce(taken.c.taken_minor, 0)
    statement = (
        select(left.c.id)
        .outerjoin_from(left, taken, taken.c.currency == left.c.currency)
        .where(or_(taken_minor <= 0, and_(left.c.all_minor > taken_minor, left.c.running_minor > taken_minor)))
        .order_by(left.c.available_at, left.c.id)
    )
    return list(connection.execute(statement).scalars())


def _taken_by_hand() -> Subquery:
    """Select, for each currency, what payouts that list no transactions took, with the fees of instant payouts."""
    return (
        select(_MOVED.currency, (-func.sum(_MOVED.net_minor)).label("taken_minor"))
        .join_from(balance_transactions, payout_ties, payout_ties.c.payout_id == _MOVED.source_id)
        .where(_MOVED.balance_type == "payments", payout_ties.c.status == TieStatus.MANUAL.value)
        .group_by(_MOVED.currency)
        .subquery()
    )


def _taken_out(categories: tuple[str, ...]) -> Select[str, int]:
    """Select, for each currency, what transactions of these categories took out of the payments balance."""
    return (
        select(_MOVED.currency, -func.sum(_MOVED.amount_minor))
        .where(_MOVED.balance_type == "payments", _MOVED.reporting_category.in_(categories))
        .group_by(_MOVED.currency)
    )


def _sum_by_charge(statement: Select[str, int]) -> Subquery:
    amounts = statement.subquery()
    total = func.sum(amounts.c.amount_minor).label("total_minor")
    return select(amounts.c.charge_id, total).group_by(amounts.c.charge_id).subquery()


def _per_currency(connection: Connection, statement: Select[str, int]) -> PerCurrency:
    return {currency: int(minor) for currency, minor in connection.execute(statement) if minor}
