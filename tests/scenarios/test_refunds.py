"""Refunds while Stripe is slow, silent or asked twice at once: no transaction waits, nothing is given back twice."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from werkzeug.test import TestResponse

from service.database.engine import database_address
from service.tokens.store import Role
from service.tokens.tokens import TokenRequest, create_token
from tests.conftest import plain_address
from tests.scenarios import stories
from tests.scenarios.conftest import Stage
from tests.scenarios.scripted import Fault

OPEN = "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"


def paid(stage: Stage) -> str:
    """A charge of 10.00 that is on the balance."""
    stage.tell(stories.one_off_paid(stage.stripe, stage.checkout(), stage.at))
    return "ch_1"


def refund(stage: Stage, charge_id: str, key: str, **wish: Any) -> TestResponse:
    services = stage.services
    token = create_token(
        services.engine, services.settings.secret_keys, TokenRequest("Aoife", Role.FINANCE), stage.clock()
    )
    return stage.app.test_client().post(
        "/v1/refunds",
        json={"charge_id": charge_id, "key": key, **wish},
        headers={"Authorization": f"Bearer {token.text}"},
    )


def made(stage: Stage) -> list[int]:
    """What was given back at Stripe, by amount."""
    return sorted(each["amount"] for each in stage.stripe.of_kind("refund"))


def test_no_transaction_is_open_while_stripe_answers_for_a_refund(stage: Stage) -> None:
    charge_id = paid(stage)
    asked_meanwhile: list[str] = []
    open_ones: list[Any] = []
    address = plain_address(database_address(stage.services.settings))
    with psycopg.connect(address, autocommit=True) as observer:

        def look(path: str) -> None:
            asked_meanwhile.append(path)
            open_ones.extend(observer.execute(OPEN).fetchall())

        stage.stripe.before_answer = look
        answer = refund(stage, charge_id, "wish-0001", amount="4")
        again = refund(stage, charge_id, "wish-0001", amount="4")

    assert (answer.status_code, again.json) == (201, answer.json)
    assert {"/v1/charges/ch_1", "/v1/refunds", "/v1/refunds/re_1"} <= set(asked_meanwhile)
    assert open_ones == []
    assert stage.rows("SELECT objid FROM pg_locks WHERE locktype = 'advisory'") == []


def test_of_many_wishes_at_once_no_more_is_given_back_than_is_left(stage: Stage) -> None:
    charge_id = paid(stage)
    stage.stripe.before_answer = lambda _: time.sleep(0.05)
    keys = [f"wish-000{number}" for number in range(6)]

    with ThreadPoolExecutor(len(keys)) as hands:
        answers = list(hands.map(lambda key: refund(stage, charge_id, key, amount="6"), keys))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]
    assert made(stage) == [600]
    assert stage.rows("SELECT state, refunded_minor FROM contributions") == [("complete", 600)]


def test_one_wish_sent_many_times_at_once_is_one_refund(stage: Stage) -> None:
    charge_id = paid(stage)
    stage.stripe.before_answer = lambda _: time.sleep(0.05)

    with ThreadPoolExecutor(5) as hands:
        answers = list(hands.map(lambda _: refund(stage, charge_id, "wish-0001", amount="6"), range(5)))

    assert made(stage) == [600]
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    assert refund(stage, charge_id, "wish-0001", amount="6").status_code == 201
    assert made(stage) == [600]


def test_a_refund_whose_answer_was_lost_is_found_after_stripe_forgot_its_key(stage: Stage) -> None:
    charge_id = paid(stage)
    stage.stripe.faults.append(Fault("/v1/refunds/re_1", 500, 100, {"Stripe-Should-Retry": "false"}))
    unknown = refund(stage, charge_id, "wish-0001", amount="4")
    stage.stripe.faults.clear()
    stage.stripe.refund_keys = {"another's": 1}
    stage.clock.advance(days=2)

    again = refund(stage, charge_id, "wish-0001", amount="4")

    assert (unknown.status_code, again.status_code, again.get_json()["id"]) == (503, 201, "re_1")
    assert made(stage) == [400]


@pytest.mark.parametrize(("wish", "why"), [({"amount": "5"}, "amount"), ({"charge_id": "ch_2"}, "charge")])
def test_a_key_is_of_one_wish(stage: Stage, wish: dict[str, str], why: str) -> None:
    charge_id = paid(stage)
    refund(stage, charge_id, "wish-0001", amount="4")

    other = refund(stage, **{"charge_id": charge_id, "key": "wish-0001", "amount": "4"} | wish)

    assert (other.status_code, other.get_json()["title"]) == (409, f"this key was used for another {why}")
    assert refund(stage, charge_id, "wish-0001").status_code == 201
    assert made(stage) == [400]


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
def test_a_disputed_charge_is_refunded_where_stripe_still_allows_it(
    stage: Stage, status: str, is_charge_refundable: bool, answer: int
) -> None:
    charge_id = paid(stage)
    events = stories.disputed(stage.stripe, stage.stripe.objects[charge_id], stage.at)
    stage.stripe.objects["du_1"] |= {"status": status, "is_charge_refundable": is_charge_refundable}
    stage.tell(events)

    assert refund(stage, charge_id, "wish-0001").status_code == answer
    assert len(made(stage)) == (answer == 201)
