"""What moves the balance: charges and fees, refunds, disputes, payouts."""

from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st

from infra.stripe_sandbox.amounts import shown, typed
from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.objects.balance import processing_fee
from tests.stripe_sandbox.harness import Bench


def totals(bench: Bench) -> dict[str, int]:
    """Available and pending euros as the balance says."""
    balance = bench.v1.balance.retrieve()
    return {"available": balance.available[0].amount, "pending": balance.pending[0].amount}


def transactions(bench: Bench, **params: Any) -> list[Any]:
    return list(bench.v1.balance_transactions.list({"limit": 100, **params}).data)


@pytest.mark.parametrize(
    ("amount", "currency", "method", "fee"),
    [
        (500, "eur", "card", 33),
        (1000, "eur", "card", 40),
        (300, "eur", "card", 30),
        (500, "jpy", "card", 45),
        (1000, "usd", "card", 59),
        (1000, "eur", "sepa_debit", 35),
        (10, "eur", "card", 10),
    ],
)
def test_fees_follow_the_stated_rule(amount: int, currency: str, method: str, fee: int) -> None:
    assert processing_fee(amount, currency, method) == fee


@given(st.integers(1, 99_999_999), st.sampled_from(["eur", "gbp", "usd", "jpy"]))
def test_a_fee_is_never_negative_nor_more_than_the_amount(amount: int, currency: str) -> None:
    assert 0 <= processing_fee(amount, currency, "card") <= amount


@given(st.integers(1, 99_999_999), st.sampled_from(["eur", "jpy", "kwd", "isk"]))
def test_a_shown_amount_can_be_typed_back(amount: int, currency: str) -> None:
    text = shown(amount, currency).strip("€¥ ").removesuffix(currency.upper()).replace(",", "")

    assert typed(text, currency) == amount


@pytest.mark.parametrize("text", ["", "abc", "1.234", "-1", "NaN", "Infinity", "0"])
def test_a_nonsense_amount_is_refused(text: str) -> None:
    with pytest.raises(BadParameterError):
        typed(text, "eur")


def test_a_charge_is_booked_with_its_fee(bench: Bench) -> None:
    transaction = bench.charge(500).balance_transaction

    assert (transaction.amount, transaction.fee, transaction.net) == (500, 33, 467)
    assert transaction.reporting_category == "charge"
    assert [(detail.type, detail.amount) for detail in transaction.fee_details] == [("stripe_fee", 33)]
    assert totals(bench) == {"available": 0, "pending": 467}


def test_money_becomes_available_on_its_day(bench: Bench) -> None:
    bench.app.sandbox.settings.has_automatic_payouts = False
    transaction = bench.charge(500).balance_transaction

    bench.advance(days=2)

    assert bench.v1.balance_transactions.retrieve(transaction.id).status == "available"
    assert totals(bench) == {"available": 467, "pending": 0}
    assert "balance.available" in bench.deliver()


def test_money_can_bypass_pending(bench: Bench) -> None:
    bench.app.sandbox.settings.has_automatic_payouts = False

    assert bench.charge(500, "4000000000000077").balance_transaction.status == "available"


def test_another_currency_settles_at_the_stated_rate(bench: Bench) -> None:
    bench.knobs.settlement = {"usd": {"currency": "eur", "rate": "0.92"}}
    price: Any = {"currency": "usd", "unit_amount": 1000, "product_data": {"name": "Contribution"}}

    transaction = bench.paid(line_items=[{"price_data": price, "quantity": 1}]).payment_intent.latest_charge
    transaction = transaction.balance_transaction

    assert (transaction.amount, transaction.currency, transaction.exchange_rate) == (920, "eur", 0.92)


def test_a_zero_decimal_currency_is_shown_whole(bench: Bench) -> None:
    price: Any = {"currency": "jpy", "unit_amount": 500, "product_data": {"name": "Contribution"}}
    session = bench.session(line_items=[{"price_data": price, "quantity": 1}])

    assert "¥500" in bench.browser.get(f"/c/pay/{session.id}").text


def test_partial_refunds_carry_no_fee_and_add_up(bench: Bench) -> None:
    charge = bench.charge(1000)

    first = bench.v1.refunds.create({"charge": charge.id, "amount": 300, "reason": "requested_by_customer"})
    second = bench.v1.refunds.create({"payment_intent": charge.payment_intent})

    assert [first.amount, second.amount] == [300, 700]
    booked = bench.v1.balance_transactions.retrieve(str(first.balance_transaction))
    assert (booked.amount, booked.fee, booked.reporting_category) == (-300, 0, "refund")
    charge = bench.v1.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert (charge.amount_refunded, charge.refunded) == (1000, True)
    assert {refund.id for refund in charge.refunds.data} == {first.id, second.id}


@pytest.mark.parametrize(
    ("params", "code"), [({"amount": 1001}, None), ({"amount": 0}, "parameter_invalid_integer")], ids=["more", "zero"]
)
def test_a_refund_of_more_than_is_left_or_of_nothing_is_refused(bench: Bench, params: Any, code: str) -> None:
    charge = bench.charge(1000)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.v1.refunds.create({"charge": charge.id, **params})

    assert (refused.value.param, refused.value.code) == ("amount", code)


def test_a_refunded_charge_is_not_refunded_again(bench: Bench) -> None:
    charge = bench.charge()
    bench.v1.refunds.create({"charge": charge.id})

    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.v1.refunds.create({"charge": charge.id})

    assert refused.value.code == "charge_already_refunded"


def test_a_refund_sends_its_events(bench: Bench) -> None:
    charge = bench.charge()
    bench.deliver()

    bench.v1.refunds.create({"charge": charge.id})

    assert bench.deliver() == ["refund.created", "charge.refunded"]
    bench.advance(minutes=1)
    assert bench.deliver() == ["refund.updated", "charge.refund.updated"]


def test_a_refund_that_fails_gives_its_amount_back(bench: Bench) -> None:
    charge = bench.charge(500, "4000000000005126")
    refund = bench.v1.refunds.create({"charge": charge.id})
    assert totals(bench)["pending"] + totals(bench)["available"] == -33

    bench.advance(minutes=1)

    refund = bench.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (refund.status, refund.failure_balance_transaction.amount) == ("failed", 500)
    assert bench.v1.charges.retrieve(charge.id).amount_refunded == 0
    assert "refund.failed" in bench.deliver()


def test_a_pending_refund_can_be_canceled(bench: Bench) -> None:
    charge = bench.charge(500, "4000000000007726")
    refund = bench.v1.refunds.create({"charge": charge.id})

    assert refund.status == "pending"
    assert bench.v1.refunds.cancel(refund.id).status == "canceled"
    assert sum(each.net for each in transactions(bench)) == 467


@pytest.mark.parametrize(
    ("evidence", "outcome", "left"), [("winning_evidence", "won", 0), ("losing_evidence", "lost", 500)]
)
def test_a_dispute_takes_the_money_and_a_fee_and_gives_it_back_when_won(
    bench: Bench, evidence: str, outcome: str, left: int
) -> None:
    charge = bench.charge(500, "4000000000000259")
    bench.advance(seconds=5)

    dispute = bench.v1.disputes.list({"charge": charge.id}).data[0]
    withdrawn = dispute.balance_transactions[0]
    assert (withdrawn.amount, withdrawn.fee, withdrawn.reporting_category) == (-500, 2000, "dispute")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_disputed"

    bench.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": evidence}})
    bench.advance(minutes=1)

    assert bench.v1.disputes.retrieve(dispute.id).status == outcome
    assert sum(each.net for each in transactions(bench)) == 467 - 2000 - left
    wanted = ["created", "funds_withdrawn", "updated", "closed"] + (["funds_reinstated"] if outcome == "won" else [])
    sent = [kind for kind in bench.deliver() if kind.startswith("charge.dispute")]
    assert sent == [f"charge.dispute.{each}" for each in wanted]


def test_an_inquiry_moves_no_money(bench: Bench) -> None:
    charge = bench.charge(500, "4000000000001976")
    bench.advance(seconds=5)

    dispute = bench.v1.disputes.list({"charge": charge.id}).data[0]

    assert (dispute.status, dispute.balance_transactions) == ("warning_needs_response", [])
    assert bench.v1.disputes.close(dispute.id).status == "warning_closed"


def test_an_early_fraud_warning_is_raised(bench: Bench) -> None:
    charge = bench.charge(500, "4000000000005423")
    bench.advance(seconds=5)

    assert bench.v1.radar.early_fraud_warnings.list({"charge": charge.id}).data[0].actionable is True


def test_an_automatic_payout_gathers_what_is_available_and_is_reconciled(bench: Bench) -> None:
    charge = bench.charge(500)
    bench.v1.refunds.create({"charge": charge.id, "amount": 100})

    bench.advance(days=2, hours=15)

    payouts = bench.v1.payouts.list().data
    assert sum(payout.amount for payout in payouts) == 367
    payout = payouts[0]
    assert (payout.automatic, payout.reconciliation_status) == (True, "in_progress")
    bench.advance(days=1)
    payout = bench.v1.payouts.retrieve(payout.id)
    assert len(payouts) == 2
    assert (payout.status, payout.reconciliation_status) == ("paid", "completed")
    inside = transactions(bench, payout=payout.id)
    assert sum(each.net for each in inside if each.type != "payout") == payout.amount
    assert sum(each.net for each in inside) == 0
    assert {"payout.created", "payout.updated", "payout.paid", "payout.reconciliation_completed"} <= set(
        bench.deliver()
    )


def test_a_payout_can_be_negative(bench: Bench) -> None:
    charge = bench.charge(500, "4000000000000077")
    bench.advance(days=1)
    assert bench.v1.payouts.list().data[0].amount == 467

    bench.v1.refunds.create({"charge": charge.id})
    bench.advance(days=1)

    assert bench.v1.payouts.list().data[0].amount == -500


def test_a_failed_payout_returns_its_amount_even_after_it_was_paid(bench: Bench) -> None:
    bench.charge(500, "4000000000000077")
    bench.advance(days=2)
    payout = bench.v1.payouts.list().data[0]

    bench.browser.post(f"/_sandbox/payouts/{payout.id}/failed", json={})

    payout = bench.v1.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]})
    assert (payout.status, payout.failure_balance_transaction.amount) == ("failed", 467)
    assert totals(bench)["available"] == 467


def test_a_manual_payout_has_no_list_of_transactions(bench: Bench) -> None:
    bench.app.sandbox.settings.has_automatic_payouts = False
    bench.charge(500, "4000000000000077")

    payout = bench.v1.payouts.create({"amount": 400, "currency": "eur"})

    assert (payout.automatic, payout.reconciliation_status) == (False, "not_applicable")
    with pytest.raises(stripe.InvalidRequestError):
        transactions(bench, payout=payout.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        bench.v1.payouts.create({"amount": 400, "currency": "eur"})
    assert refused.value.code == "balance_insufficient"
    assert bench.v1.payouts.cancel(payout.id).status == "canceled"
    assert totals(bench)["available"] == 467


def test_everything_can_be_paid_out_by_hand(bench: Bench) -> None:
    bench.charge(500)

    paid = bench.browser.post("/_sandbox/payouts", json={}).get_json()["payouts"]

    assert bench.v1.payouts.retrieve(paid[0]).amount == 467
    assert totals(bench) == {"available": 0, "pending": 0}
    assert bench.browser.get("/_sandbox/balance").get_json()["totals"]["eur"]["net"] == 0


def test_the_balance_is_the_sum_of_its_transactions(bench: Bench) -> None:
    bench.charge(500)
    bench.charge(1234, "4000000000000259")
    bench.advance(days=1)

    assert sum(totals(bench).values()) == sum(each.net for each in transactions(bench))
