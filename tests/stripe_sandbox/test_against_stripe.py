"""Documented behaviour, tested against the sandbox and, if STRIPE_TEST_KEY is set, against a real test account.

Only the run against a real account shows whether the behaviour is still true. It needs a network and the key of a test
account whose currency is the euro, so it does not run by default.
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.world import World

KEY = os.environ.get("STRIPE_TEST_KEY", "")
WAIT_SECONDS = 60
REAL = pytest.param(
    "stripe",
    marks=[pytest.mark.stripe_account, pytest.mark.skipif(not KEY.startswith("sk_test_"), reason="no STRIPE_TEST_KEY")],
)


class Account:
    """An account at Stripe or in the sandbox. `wait` lets two seconds pass."""

    def __init__(self, client: stripe.StripeClient, world: World | None) -> None:
        self.v1: Any = client.v1
        self._bench = world

    def wait(self) -> None:
        if self._bench:
            self._bench.advance(seconds=2)
        else:
            time.sleep(2)

    def pay(self, amount: int, method: str = "pm_card_visa") -> Any:
        wanted = {"amount": amount, "currency": "eur", "payment_method": method, "confirm": True}
        automatic = {"enabled": True, "allow_redirects": "never"}
        return self.v1.payment_intents.create({**wanted, "automatic_payment_methods": automatic})

    def booked(self, intent: Any) -> Any:
        """Wait for the balance transaction of the intent's charge. Return the charge."""
        for _ in range(WAIT_SECONDS // 2):
            charge = self.v1.charges.retrieve(str(intent.latest_charge), {"expand": ["balance_transaction"]})
            if charge.balance_transaction is not None:
                return charge
            self.wait()
        raise AssertionError(f"no balance transaction arrived in {WAIT_SECONDS} seconds")


@pytest.fixture(params=["sandbox", REAL])
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    if request.param == "sandbox":
        world = World()
        yield Account(world.stripe, world)
        assert world.problems() == []
    else:
        yield Account(stripe.StripeClient(KEY), None)


def hosted(**given: Any) -> Any:
    price = {"currency": "eur", "unit_amount": 500, "product_data": {"name": "Contribution"}}
    items = [{"price_data": price, "quantity": 1}]
    return {"mode": "payment", "line_items": items, "success_url": "https://example.org/", **given}


def test_a_new_session_is_open_and_has_no_payment_intent(account: Account) -> None:
    session = account.v1.checkout.sessions.create(hosted(submit_type="donate", client_reference_id="ctb_1"))

    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.ui_mode, session.client_reference_id) == (500, "hosted_page", "ctb_1")
    assert account.v1.checkout.sessions.expire(session.id).status == "expired"


@pytest.mark.parametrize(
    "wrong",
    [
        {"ui_mode": "hosted"},
        {"payment_method_types": ["card"]},
        {"expires_at": 1},
        {"line_items": []},
        {"unheard_of": "1"},
        {"subscription_data": {"metadata": {"a": "1"}}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_session_is_refused(account: Account, wrong: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.checkout.sessions.create(hosted(**wrong))


def test_a_payment_is_booked_with_a_fee_and_a_refund_returns_none_of_it(account: Account) -> None:
    intent = account.pay(1000)

    booked = account.booked(intent).balance_transaction
    refund = account.v1.refunds.create({"payment_intent": intent.id, "amount": 400})
    taken = account.v1.balance_transactions.retrieve(str(refund.balance_transaction))

    assert booked.net == booked.amount - booked.fee
    assert sum(detail.amount for detail in booked.fee_details) == booked.fee > 0
    assert (taken.fee, taken.reporting_category) == (0, "refund")
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.refunds.create({"payment_intent": intent.id, "amount": 601})


def test_a_decline_is_a_card_error(account: Account) -> None:
    with pytest.raises(stripe.CardError) as declined:
        account.pay(1000, "pm_card_visa_chargeDeclinedInsufficientFunds")

    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")


def test_a_key_replays_and_refuses_other_parameters(account: Account) -> None:
    key = f"keepopen-{time.monotonic_ns()}"
    first = account.v1.customers.create({"name": "Ada"}, {"idempotency_key": key})

    assert account.v1.customers.create({"name": "Ada"}, {"idempotency_key": key}).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        account.v1.customers.create({"name": "Bob"}, {"idempotency_key": key})
    assert account.v1.customers.delete(first.id).deleted is True
    assert account.v1.customers.retrieve(first.id).deleted is True


def test_five_levels_are_too_many_to_expand(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.checkout.sessions.list({"expand": ["data.invoice.payments.data.payment.payment_intent"]})


def test_transactions_of_an_unknown_payout_are_refused(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.balance_transactions.list({"payout": "po_none"})
