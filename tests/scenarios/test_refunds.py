"""Refunds while Stripe is slow, fails or gets concurrent requests: no open transaction, nothing refunded twice."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from service.database.engine import database_address
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.conftest import plain_address
from tests.scenarios import contribution_events
from tests.scenarios.scripted_stripe import Fault
from tests.scenarios.world import Stage

OPEN_TRANSACTIONS = (
    "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)


def pay(stage: Stage) -> str:
    """Pay 10.00 that reaches the balance, and return the id of the charge."""
    stage.deliver(contribution_events.one_off_paid(stage.stripe, stage.checkout(), stage.at))
    return "ch_1"


def refund(stage: Stage, charge_id: str, key: str, **fields: Any) -> TestResponse:
    """Request a refund as finance."""
    services = stage.services
    token = create_token(
        services.engine, services.settings.secret_keys, TokenRequest("Aoife", TokenRole.FINANCE), stage.clock()
    )
    return stage.app.test_client().post(
        "/v1/refunds",
        json={"charge_id": charge_id, "key": key, **fields},
        headers={"Authorization": f"Bearer {token.text}"},
    )


def refunded_amounts(stage: Stage) -> list[int]:
    """Return the amounts of the refunds at Stripe."""
    return sorted(refund["amount"] for refund in stage.stripe.of_kind("refund"))


def test_no_transaction_is_open_while_stripe_answers_for_a_refund(stage: Stage) -> None:
    charge_id = pay(stage)
    requested_paths: list[str] = []
    open_transactions: list[Any] = []
    address = plain_address(database_address(stage.services.settings))
    with psycopg.connect(address, autocommit=True) as observer:

        def observe(path: str) -> None:
            requested_paths.append(path)
            open_transactions.extend(observer.execute(OPEN_TRANSACTIONS).fetchall())

        stage.stripe.before_answer = observe
        answer = refund(stage, charge_id, "wish-0001", amount="4")
        again = refund(stage, charge_id, "wish-0001", amount="4")

    assert (answer.status_code, again.json) == (201, answer.json)
    assert {"/v1/charges/ch_1", "/v1/refunds", "/v1/refunds/re_1"} <= set(requested_paths)
    assert open_transactions == []
    assert stage.rows("SELECT objid FROM pg_locks WHERE locktype = 'advisory'") == []


def test_concurrent_refunds_return_no_more_than_is_left(stage: Stage) -> None:
    charge_id = pay(stage)
    stage.stripe.before_answer = lambda _: time.sleep(0.05)
    keys = [f"wish-000{number}" for number in range(6)]

    with ThreadPoolExecutor(len(keys)) as threads:
        answers = list(threads.map(lambda key: refund(stage, charge_id, key, amount="6"), keys))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert refunded_amounts(stage) == [600]
    assert stage.rows("SELECT state, refunded_minor FROM contributions") == [("complete", 600)]


def test_concurrent_requests_with_one_key_make_one_refund(stage: Stage) -> None:
    charge_id = pay(stage)
    stage.stripe.before_answer = lambda _: time.sleep(0.05)

    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(lambda _: refund(stage, charge_id, "wish-0001", amount="6"), range(5)))

    assert refunded_amounts(stage) == [600]
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert refund(stage, charge_id, "wish-0001", amount="6").status_code == 201
    assert refunded_amounts(stage) == [600]


def test_a_refund_whose_answer_was_lost_is_found_after_stripe_has_dropped_its_key(stage: Stage) -> None:
    charge_id = pay(stage)
    stage.stripe.faults.append(Fault("/v1/refunds/re_1", 500, 100, {"Stripe-Should-Retry": "false"}))
    unknown = refund(stage, charge_id, "wish-0001", amount="4")
    stage.stripe.faults.clear()
    stage.stripe.refund_keys = {"another's": 1}
    stage.clock.advance(days=2)

    again = refund(stage, charge_id, "wish-0001", amount="4")

    assert (unknown.status_code, again.status_code, again.get_json()["id"]) == (503, 201, "re_1")
    assert refunded_amounts(stage) == [400]


@pytest.mark.parametrize(("changes", "what"), [({"amount": "5"}, "amount"), ({"charge_id": "ch_2"}, "charge")])
def test_a_key_cannot_be_used_for_another_refund(stage: Stage, changes: dict[str, str], what: str) -> None:
    charge_id = pay(stage)
    refund(stage, charge_id, "wish-0001", amount="4")

    other = refund(stage, **{"charge_id": charge_id, "key": "wish-0001", "amount": "4"} | changes)

    assert (other.status_code, other.get_json()["title"]) == (409, f"this key was used for another {what}")
    assert refund(stage, charge_id, "wish-0001").status_code == 201
    assert refunded_amounts(stage) == [400]


@pytest.mark.parametrize(
    ("status", "is_charge_refundable", "answer"),
    [
        ("warning_needs_response", True, 201),
        ("warning_needs_response", False, 409),
        ("needs_response", False, 409),
        ("lost", False, 409),
        ("won", False, 201),
    ],
)
def test_a_disputed_charge_is_refunded_only_if_stripe_allows_it(
    stage: Stage, status: str, is_charge_refundable: bool, answer: int
) -> None:
    charge_id = pay(stage)
    events = contribution_events.disputed(stage.stripe, stage.stripe.objects[charge_id], stage.at)
    stage.stripe.objects["du_1"] |= {"status": status, "is_charge_refundable": is_charge_refundable}
    stage.deliver(events)

    assert refund(stage, charge_id, "wish-0001").status_code == answer
    assert len(refunded_amounts(stage)) == (answer == 201)
