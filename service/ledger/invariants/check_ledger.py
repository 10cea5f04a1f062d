"""Check the invariants that concern the ledger and its facts. A check reads and never repairs."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from service.ledger.accounts import Account
from service.ledger.invariants import figures_store as figures
from service.ledger.invariants import totals_store as totals
from service.ledger.invariants.check import Balances, Check, compare, none_of, sum_of
from service.ledger.store import balances
from service.stripe_gateway.account import StripeBalance


def check_ledger(
    connection: Connection, now: datetime, stripe_balance: StripeBalance | None = None
) -> tuple[Check, ...]:
    """Return the checks of the ledger. The comparisons with Stripe's own figures need `stripe_balance`."""
    held = balances(connection)
    return (
        *_entries(connection, held, now),
        *_stripe_balance(connection, held, stripe_balance),
        *_open_positions(connection, held),
        *_exceptions(connection, held, now),
    )


def _entries(connection: Connection, held: Balances, now: datetime) -> Iterator[Check]:
    yield none_of(1, "entries balance", figures.unbalanced_entries(connection), "every entry comes to zero")
    yield compare(1, "the trial balance is zero", sum_of(held), {}, "allowed")
    yield none_of(
        1, "the sums by day are those of the postings", totals.differing_days(connection), "no account differs"
    )
    yield none_of(1, "the sums by site are those of the postings", totals.differing_sites(connection), "no sum differs")
    differing = totals.differing_campaigns(connection)
    yield none_of(1, "the sums by campaign are those of the postings", differing, "no sum differs")
    incomplete = figures.incomplete_entries(connection)
    yield none_of(1, "entries have the lines they were posted with", incomplete, "no entry was changed")
    unposted = (
        f"{movement.id} ({movement.category}, {(now - movement.created_at).days} days old)"
        for movement in figures.unposted_transactions(connection)
    )
    yield none_of(2, "every movement is posted once", unposted, "no balance transaction waits")
    yield none_of(2, "entries are numbered without a gap", figures.missing_numbers(connection), "no number is missing")


def _stripe_balance(connection: Connection, held: Balances, stripe_balance: StripeBalance | None) -> Iterator[Check]:
    ledger = sum_of(held, Account.STRIPE_BALANCE)
    moved = figures.net_of_balance_type(connection, "payments")
    yield compare(3, "the Stripe account is what moved", ledger, moved, "movements")
    if stripe_balance is not None:
        yield compare(3, "the Stripe account is Stripe's balance", ledger, stripe_balance.payments, "Stripe")
        prefunded = figures.net_of_balance_type(connection, "refund_and_dispute_prefunding")
        if prefunded or any(stripe_balance.prefunded.values()):
            name = "what is put aside for refunds and disputes is what Stripe holds"
            yield compare(3, name, prefunded, stripe_balance.prefunded, "Stripe")
    reserved = figures.net_of_balance_type(connection, "risk_reserved")
    if reserved:
        yield compare(3, "reserves are what Stripe holds", figures.risk_reserves(connection), reserved, "held")
    yield none_of(4, "payouts tie to the cent", figures.untied_payouts(connection), "no listed payout differs")


def _open_positions(connection: Connection, held: Balances) -> Iterator[Check]:
    for account, name, expected, what in (
        (Account.DISPUTED_FUNDS, "disputed funds", figures.open_disputes(connection), "open disputes"),
        (Account.PAYMENTS_IN_PROCESS, "payments in process", figures.in_process(connection), "pending charges"),
        (Account.PAYOUTS_IN_TRANSIT, "payouts in transit", figures.in_transit(connection), "payouts on their way"),
    ):
        yield compare(6, f"{name} are {what}", sum_of(held, account), expected, what)


def _exceptions(connection: Connection, held: Balances, now: datetime) -> Iterator[Check]:
    over_returned = figures.over_returned_charges(connection)
    yield none_of(7, "nothing is returned twice", over_returned, "no charge gave back more than it took")
    yield compare(11, "suspense is empty", sum_of(held, Account.SUSPENSE), {}, "allowed")
    without_transaction = figures.charges_without_transaction(connection, now)
    yield none_of(12, "charges reach the balance", without_transaction, "none is late")
    yield none_of(
        12, "movements reach a payout", figures.transactions_without_payout(connection), "none was left behind"
    )
