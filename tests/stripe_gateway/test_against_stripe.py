"""Our requests to Stripe, sent to the sandbox and, if STRIPE_TEST_KEY is set, to a real test account.

Only the real account proves that Stripe accepts our requests and that we can read its answers. It needs a network and
the key of a test account whose currency is the euro, so it does not run by default.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import stripe

from service.errors import StripeRefusedError
from service.money import Interval, Money
from service.settings import Settings
from service.stripe_gateway import StripeGateway
from service.stripe_gateway.checkout import CheckoutRequest
from service.stripe_gateway.facts import BalanceTransaction, Charge, ContributionMark, Refund
from service.stripe_gateway.fetched import Fact
from service.stripe_gateway.marks import mark_metadata
from service.stripe_gateway.objects import ObjectRef, ObjectType
from tests.stripe import StripeStand, stripe_stand

KEY = os.environ.get("STRIPE_TEST_KEY", "")
REAL = pytest.param(
    "stripe",
    marks=[pytest.mark.stripe_account, pytest.mark.skipif(not KEY.startswith("sk_test_"), reason="no STRIPE_TEST_KEY")],
)
PATIENCE_SECONDS = 60


def now() -> datetime:
    return datetime.now(UTC)


class Account:
    """A Stripe account: our gateway to it, and a client that pays as readers do."""

    def __init__(self, settings: Settings, stand: StripeStand | None) -> None:
        base = settings.stripe_api_base
        self.gateway = StripeGateway(settings)
        self.client = stripe.StripeClient(settings.stripe_api_key, base_addresses={"api": base} if base else None)
        self._stand = stand

    def pay(self, mark: ContributionMark) -> str:
        """Pay 10 euros by card for a contribution and return the id of the charge."""
        wanted: Any = {
            "amount": 1000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": mark_metadata(mark),
        }
        return str(self.client.v1.payment_intents.create(wanted).latest_charge)

    def booked(self, charge_id: str) -> tuple[Fact, ...]:
        """Wait for the balance transaction of a charge and return the facts. Raise AssertionError if none comes."""
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < ends_at:
            facts = self.gateway.fetch(ObjectRef(ObjectType.CHARGE, charge_id))
            if any(isinstance(fact, BalanceTransaction) for fact in facts):
                return facts
            if self._stand is not None:
                self._stand.deliver()
            time.sleep(0.2 if self._stand is not None else 1)
        raise AssertionError("no balance transaction arrived")


@pytest.fixture(params=["sandbox", REAL])
def account(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Account]:
    if request.param == "sandbox":
        with stripe_stand(now) as stand:
            yield Account(replace(settings, stripe_api_base=stand.url), stand)
    else:
        yield Account(replace(settings, stripe_api_base=None, stripe_api_key=KEY), None)


def mark_of(interval: Interval) -> ContributionMark:
    return ContributionMark(f"ctb_{uuid4().hex}", "courier", interval, "autumn", "control", "/news/harbour")


def request_of(mark: ContributionMark) -> CheckoutRequest:
    return CheckoutRequest(
        mark=mark,
        amount=Money(500, "EUR"),
        product_name="Support for the Courier",
        success_url="https://courier.example/thanks?session_id={CHECKOUT_SESSION_ID}",
        cancel_url="https://courier.example/",
        expires_at=now() + timedelta(hours=1),
        locale="en",
    )


@pytest.mark.parametrize("interval", list(Interval))
def test_a_checkout_session_names_its_contribution_and_can_be_ended(account: Account, interval: Interval) -> None:
    mark = mark_of(interval)

    session = account.gateway.create_checkout_session(request_of(mark))

    assert session.contribution == mark
    assert (session.status, session.payment_status, session.amount_total_minor) == ("open", "unpaid", 500)
    assert account.gateway.expire_checkout_session(session.id).status == "expired"
    with pytest.raises(StripeRefusedError):
        account.gateway.expire_checkout_session(session.id)


def test_a_repeated_request_returns_the_same_session(account: Account) -> None:
    request = request_of(mark_of(Interval.ONE_OFF))

    sessions = [account.gateway.create_checkout_session(request) for _ in range(2)]

    assert sessions[0].id == sessions[1].id
    assert account.gateway.fetch_checkout_session(sessions[0].id).id == sessions[0].id


def test_a_payment_has_its_mark_and_balance_transaction_and_can_be_refunded(account: Account) -> None:
    mark = mark_of(Interval.ONE_OFF)
    charge_id = account.pay(mark)

    facts = account.booked(charge_id)
    refund = account.gateway.create_refund(charge_id, Money(400, "EUR"), uuid4().hex, "finance")
    after = account.gateway.fetch(ObjectRef(ObjectType.REFUND, refund.id))

    (charge,) = [fact for fact in facts if isinstance(fact, Charge)]
    (booked,) = [fact for fact in facts if isinstance(fact, BalanceTransaction)]
    assert (charge.contribution, charge.amount_captured_minor) == (mark, 1000)
    assert (booked.source_id, booked.net_minor) == (charge_id, booked.amount_minor - booked.fee_minor)
    assert [fact.amount_minor for fact in after if isinstance(fact, Refund)] == [400]
    assert booked.id in {row.id for row in account.gateway.list_balance_transactions(now() - timedelta(hours=1))}


def test_the_account_setup_and_balance_can_be_fetched(account: Account) -> None:
    setup = account.gateway.fetch_account_setup()

    assert setup is not None
    assert all(isinstance(total, int) for total in account.gateway.fetch_balance().payments.values())
