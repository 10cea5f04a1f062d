"""Properties of posting a charge and its refunds: no money lost, parts that clear exactly, a stable history."""

from decimal import ROUND_HALF_EVEN, Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.ledger.accounts import Account
from service.ledger.entries import Entry, PostedEntry
from service.ledger.posting.charge import ChargeCluster, charge_entries, divide_half_even
from service.stripe_gateway.facts import BalanceTransaction, Refund
from tests.ledger import make

AMOUNTS = st.integers(1, 99_999_999)


@st.composite
def refunded_charges(draw: st.DrawFn) -> ChargeCluster:
    """Draw a charge settled at some rate, refunded in up to six parts at other rates, in full or in part."""
    charged = draw(st.integers(6, 99_999_999))
    is_foreign = draw(st.booleans())
    received = draw(AMOUNTS) if is_foreign else charged
    cuts = sorted(draw(st.sets(st.integers(1, charged), min_size=1, max_size=6)))
    parts = [end - start for start, end in pairwise((0, *cuts))]
    refunds: list[Refund] = []
    transactions: list[BalanceTransaction] = [
        make.transaction("txn", "charge", received, "ch_1", fee=draw(st.integers(0, received)))
    ]
    for number, part in enumerate(parts):
        left = draw(AMOUNTS) if is_foreign else part
        refunds.append(make.refund(f"re_{number}", part, bt=f"txn_{number}", currency="USD" if is_foreign else "EUR"))
        transactions.append(make.transaction(f"txn_{number}", "refund", -left, f"re_{number}", hours=number + 1))
    charge = make.charge(amount=charged, currency="USD" if is_foreign else "EUR", refunded=sum(parts))
    return ChargeCluster(charge, tuple(refunds), tuple(draw(st.permutations(transactions))), {})


def held(entries: tuple[Entry, ...], account: Account) -> int:
    return sum(posting.amount_minor for entry in entries for posting in entry.postings if posting.account is account)


@given(refunded_charges())
def test_the_stripe_account_moves_by_exactly_what_stripe_moved(cluster: ChargeCluster) -> None:
    entries = charge_entries(cluster)

    assert len(entries) == len(cluster.transactions)
    assert held(entries, Account.STRIPE_BALANCE) == sum(transaction.net_minor for transaction in cluster.transactions)
    assert held(entries, Account.SUSPENSE) == 0


@given(refunded_charges())
def test_refunds_at_the_original_rate_never_drift_by_more_than_half_a_unit(cluster: ChargeCluster) -> None:
    entries = charge_entries(cluster)

    received = next(
        transaction.amount_minor for transaction in cluster.transactions if transaction.reporting_category == "charge"
    )
    refunded = sum(refund.amount_minor for refund in cluster.refunds)
    exact = Decimal(received) * refunded / cluster.charge.amount_minor
    assert abs(held(entries, Account.REFUNDS) - exact) <= Decimal("0.5")
    if refunded == cluster.charge.amount_minor:
        assert held(entries, Account.REFUNDS) == received
    if cluster.charge.currency == "EUR":
        assert held(entries, Account.FX_DIFFERENCES) == 0


@given(refunded_charges(), st.data())
def test_entries_already_posted_come_out_the_same_again(cluster: ChargeCluster, data: st.DataObject) -> None:
    entries = charge_entries(cluster)
    order = data.draw(st.permutations(range(len(entries))))
    refund_keys = [entry.key for entry in entries if entry.source_type == "refund"]
    posted = tuple(
        PostedEntry(seq, entries[position].key, entries[position].reason, entries[position].source_id, ())
        for seq, position in enumerate(order, start=1)
        if entries[position].key in refund_keys[: len(refund_keys) // 2] or entries[position].source_type == "charge"
    )

    again = charge_entries(ChargeCluster(cluster.charge, cluster.refunds, cluster.transactions, {}, posted))

    assert {entry.key for entry in again} == {entry.key for entry in entries}
    assert held(again, Account.REFUNDS) == held(entries, Account.REFUNDS)


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_division_rounds_half_to_even(numerator: int, denominator: int) -> None:
    exact = (Decimal(numerator) / Decimal(denominator)) if denominator < 1000 else None

    result = divide_half_even(numerator, denominator)

    assert abs(numerator - result * denominator) * 2 <= denominator
    if exact is not None:
        assert result == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


def test_a_refund_waits_for_the_charge_it_came_from() -> None:
    refund = make.transaction("txn_2", "refund", -400, "re_1")

    entries = charge_entries(ChargeCluster(make.charge(), (make.refund(amount=400),), (refund,), {}))

    assert entries == ()


def test_a_refund_in_another_currency_waits_for_the_other_refunds_that_the_charge_counts() -> None:
    charge = make.charge(currency="USD", refunded=700)
    transactions = (
        make.transaction("txn_1", "charge", 901, "ch_1"),
        make.transaction("txn_2", "refund", -310, "re_1", hours=1),
    )

    entries = charge_entries(ChargeCluster(charge, (make.refund(amount=333),), transactions, {}))

    assert [entry.key for entry in entries] == ["bt:txn_1"]
