"""API keys, headers, error answers and older API versions."""

import base64
from typing import Any

import pytest

from tests.stripe_sandbox.world import HEADERS, World


@pytest.mark.parametrize(
    "header",
    ["", "Bearer sk_live_x", "Bearer pk_test_x", "Basic !!!", "Bearer whatever"],
    ids=["none", "live", "publishable", "broken", "foreign"],
)
def test_only_a_test_key_is_accepted(world: World, header: str) -> None:
    answer = world.browser.get("/v1/balance", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.get_json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("key", ["sk_test_x", "rk_test_x"])
def test_a_key_may_come_as_basic_authentication(world: World, key: str) -> None:
    credential = base64.b64encode(f"{key}:".encode()).decode()

    assert world.browser.get("/v1/balance", headers={"Authorization": f"Basic {credential}"}).status_code == 200


def test_every_answer_has_a_request_id_and_a_version(world: World) -> None:
    answer = world.browser.get("/v1/balance", headers=HEADERS)

    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "code"),
    [
        ("GET", "/v1/charges/ch_none", None, 404, "resource_missing"),
        ("GET", "/v1/nothing/here", None, 404, None),
        ("POST", "/v1/customers", {"nonsense": "1"}, 400, "parameter_unknown"),
        ("POST", "/v1/customers", {"address[street]": "1"}, 400, "parameter_unknown"),
        ("POST", "/v1/payment_intents", {"amount": "5"}, 400, "parameter_missing"),
        ("POST", "/v1/payment_intents", {"amount": "x", "currency": "eur"}, 400, "parameter_invalid_integer"),
        ("POST", "/v1/checkout/sessions", {"mode": ""}, 400, "parameter_invalid_empty"),
        ("GET", "/v1/charges?limit=101", None, 400, None),
        ("GET", "/v1/charges?starting_after=ch_none", None, 404, "resource_missing"),
        ("GET", "/v1/charges?expand[]=data.nothing", None, 200, None),
    ],
)
def test_bad_requests_get_stripes_envelope(
    world: World, method: str, path: str, data: Any, status: int, code: str | None
) -> None:
    answer = world.browser.open(path, method=method, data=data, headers=HEADERS)

    assert answer.status_code == status
    if status != 200:
        error = answer.get_json()["error"]
        assert error.get("code") == code
        assert error["request_log_url"].endswith(answer.headers["Request-Id"])
        assert code is None or error["doc_url"]


def test_an_older_account_still_sends_payment_method_types(world: World) -> None:
    data = {"amount": "500", "currency": "eur", "payment_method_types[0]": "card"}
    older = {"Authorization": "Bearer sk_test_x"}

    assert world.browser.post("/v1/payment_intents", data=data, headers=older).status_code == 200
    assert world.browser.post("/v1/payment_intents", data=data, headers=HEADERS).status_code == 400
