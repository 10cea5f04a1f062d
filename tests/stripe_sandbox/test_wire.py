"""What every request is held to: keys, parameters, paging, expansion, idempotency, errors, faults."""

import base64
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.serving import make_server

from infra.stripe_sandbox import SandboxSettings, create_sandbox
from infra.stripe_sandbox.errors import BadParameterError
from infra.stripe_sandbox.http import forms
from infra.stripe_sandbox.http.api import AnswerLostError
from tests.stripe_sandbox.harness import Bench, Clock

KEY = {"Authorization": "Bearer sk_test_x", "Stripe-Version": "2026-10-28.endive"}

leaves = st.sampled_from(["1", "true", "a[b]", "ä=&"])
names = st.sampled_from(["amount", "line_items", "metadata", "x"])
trees = st.recursive(
    leaves,
    lambda below: st.dictionaries(names, below, min_size=1, max_size=3) | st.lists(below, min_size=1, max_size=3),
    max_leaves=6,
)


def bracketed(name: str, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [pair for key, below in value.items() for pair in bracketed(f"{name}[{key}]", below)]
    if isinstance(value, list):
        return [pair for index, below in enumerate(value) for pair in bracketed(f"{name}[{index}]", below)]
    return [(name, value)]


@given(st.dictionaries(names, trees, max_size=4))
def test_bracketed_forms_are_read_back(tree: dict[str, Any]) -> None:
    pairs = [pair for name, value in tree.items() for pair in bracketed(name, value)]

    assert forms.decode(pairs) == tree


def test_empty_brackets_append() -> None:
    assert forms.decode([("expand[]", "a"), ("expand[]", "b")]) == {"expand": ["a", "b"]}


@pytest.mark.parametrize("name", ["[a]", "a[b", "a" + "[b]" * 20])
def test_malformed_names_are_refused(name: str) -> None:
    with pytest.raises(BadParameterError):
        forms.decode([(name, "1")])


@pytest.mark.parametrize(
    "header",
    ["", "Bearer sk_live_x", "Bearer pk_test_x", "Basic !!!", "Bearer whatever"],
    ids=["none", "live", "publishable", "broken", "foreign"],
)
def test_only_test_keys_open_the_door(bench: Bench, header: str) -> None:
    answer = bench.browser.get("/v1/balance", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.get_json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("key", ["sk_test_x", "rk_test_x"])
def test_basic_keys_are_read_too(bench: Bench, key: str) -> None:
    credential = base64.b64encode(f"{key}:".encode()).decode()

    assert bench.browser.get("/v1/balance", headers={"Authorization": f"Basic {credential}"}).status_code == 200


def test_every_answer_names_its_request_and_version(bench: Bench) -> None:
    answer = bench.browser.get("/v1/balance", headers=KEY)

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
    bench: Bench, method: str, path: str, data: Any, status: int, code: str | None
) -> None:
    answer = bench.browser.open(path, method=method, data=data, headers=KEY)

    assert answer.status_code == status
    if status != 200:
        error = answer.get_json()["error"]
        assert error.get("code") == code
        assert error["request_log_url"].endswith(answer.headers["Request-Id"])
        assert code is None or error["doc_url"]


def test_metadata_has_limits(bench: Bench) -> None:
    for metadata in ({"k" * 41: "v"}, {"k": "v" * 501}, {f"k{i}": "v" for i in range(51)}):
        with pytest.raises(stripe.InvalidRequestError):
            bench.v1.customers.create({"metadata": metadata})


def test_metadata_keys_are_unset_by_an_empty_value(bench: Bench) -> None:
    customer = bench.v1.customers.create({"metadata": {"a": "1", "b": "2"}})

    assert bench.v1.customers.update(customer.id, {"metadata": {"a": ""}}).metadata.to_dict() == {"b": "2"}
    assert bench.v1.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}


def test_a_decline_is_a_card_error_with_its_reason(bench: Bench) -> None:
    with pytest.raises(stripe.CardError) as declined:
        bench.v1.payment_intents.create(
            {"amount": 500, "currency": "eur", "payment_method": "pm_card_visa_chargeDeclined", "confirm": True}
        )

    assert declined.value.http_status == 402
    assert declined.value.code == "card_declined"
    assert "generic_decline" in str(declined.value.json_body)


def test_lists_are_paged_newest_first(bench: Bench) -> None:
    made = [bench.v1.customers.create({"name": str(number)}).id for number in range(7)]

    found = bench.v1.customers.list({"limit": 3})
    before = bench.v1.customers.list({"limit": 3, "ending_before": found.data[2].id})

    assert ([each.id for each in found.data], found.has_more) == (made[:3:-1], True)
    assert [each.id for each in before.data] == made[:4:-1]
    assert [each.id for each in found.auto_paging_iter()] == made[::-1]


def test_lists_are_cut_by_creation(bench: Bench) -> None:
    bench.v1.customers.create({"name": "old"})
    bench.advance(days=1)
    since = int(bench.clock().timestamp())
    bench.v1.customers.create({"name": "new"})

    assert [each.name for each in bench.v1.customers.list({"created": {"gte": since}}).data] == ["new"]


def test_expansion_goes_four_levels_and_no_further(bench: Bench) -> None:
    paid = bench.paid()
    deep = bench.v1.checkout.sessions.list({"expand": ["data.payment_intent.latest_charge.balance_transaction"]})

    assert deep.data[0].payment_intent.latest_charge.balance_transaction.fee == 33
    for wrong in ("payment_intent.latest_charge.balance_transaction.source.customer", "mode.x", "nothing"):
        if wrong != "mode.x":
            with pytest.raises(stripe.InvalidRequestError):
                bench.v1.checkout.sessions.retrieve(paid.id, {"expand": [wrong]})


def test_a_repeat_with_the_same_key_is_replayed(bench: Bench) -> None:
    first = bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    again = bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

    assert again.id == first.id
    assert bench.transport.answers[-1].headers["Idempotent-Replayed"] == "true"
    assert len(bench.v1.customers.list().data) == 1


def test_the_same_key_with_other_parameters_is_refused(bench: Bench) -> None:
    bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

    with pytest.raises(stripe.IdempotencyError):
        bench.v1.customers.create({"name": "B"}, {"idempotency_key": "k"})


def test_a_key_is_forgotten_after_a_day(bench: Bench) -> None:
    first = bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    bench.advance(days=1)

    assert bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).id != first.id


def test_a_request_that_fails_validation_stores_nothing(bench: Bench) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        bench.v1.payment_intents.create({"amount": 5}, {"idempotency_key": "k"})

    intent = bench.v1.payment_intents.create({"amount": 500, "currency": "eur"}, {"idempotency_key": "k"})
    assert intent.amount == 500


def fault(bench: Bench, **wanted: Any) -> None:
    assert bench.browser.post("/_sandbox/faults", json=wanted).status_code == 200


def test_a_key_that_is_in_use_is_a_conflict(bench: Bench) -> None:
    fault(bench, kind="slow", seconds=0.5)
    results: list[int] = []

    def create() -> None:
        answer = bench.app.test_client().post(
            "/v1/customers", data={"name": "A"}, headers={**KEY, "Idempotency-Key": "k"}
        )
        results.append(answer.status_code)

    threads = [Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == [200, 409]


def test_a_rate_limit_is_not_remembered_and_a_server_error_is(bench: Bench) -> None:
    fault(bench, kind="rate_limit")
    with pytest.raises(stripe.RateLimitError):
        bench.v1.customers.create({"name": "A"}, {"idempotency_key": "a"})
    assert bench.v1.customers.create({"name": "A"}, {"idempotency_key": "a"}).name == "A"

    fault(bench, kind="server_error")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            bench.v1.customers.create({"name": "B"}, {"idempotency_key": "b"})


def test_an_answer_can_be_lost_after_the_work_was_done(bench: Bench) -> None:
    fault(bench, kind="lost", path="/v1/customers", method="POST")
    bench.app.testing = True

    with pytest.raises(AnswerLostError):
        bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

    assert bench.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).name == "A"
    assert len(bench.v1.customers.list().data) == 1


def test_an_unknown_fault_or_knob_is_refused(bench: Bench) -> None:
    assert bench.browser.post("/_sandbox/faults", json={"kind": "earthquake"}).status_code == 400
    assert bench.browser.post("/_sandbox/knobs", json={"volume": 11}).status_code == 400


def test_an_older_account_still_sends_payment_method_types(bench: Bench) -> None:
    data = {"amount": "500", "currency": "eur", "payment_method_types[0]": "card"}
    older = {"Authorization": "Bearer sk_test_x"}

    assert bench.browser.post("/v1/payment_intents", data=data, headers=older).status_code == 200
    assert bench.browser.post("/v1/payment_intents", data=data, headers=KEY).status_code == 400


def test_a_restart_continues_from_the_state_file(tmp_path: Path) -> None:
    headers = {**KEY, "Idempotency-Key": "k"}
    first = create_sandbox(SandboxSettings(), clock=Clock(), state_file=tmp_path / "state.db")
    made = first.test_client().post("/v1/customers", data={"name": "A"}, headers=headers).get_json()
    first.sandbox.store.close()

    second = create_sandbox(SandboxSettings(), clock=Clock(), state_file=tmp_path / "state.db")
    found = second.test_client().get(f"/v1/customers/{made['id']}", headers=KEY)
    again = second.test_client().post("/v1/customers", data={"name": "A"}, headers=headers)
    second.sandbox.store.close()

    assert found.get_json()["name"] == "A"
    assert again.get_json()["id"] == made["id"]


def test_the_real_library_works_over_a_socket() -> None:
    app = create_sandbox(SandboxSettings())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    address = f"http://127.0.0.1:{server.server_port}"
    with closing(stripe.RequestsClient()) as http:
        client = stripe.StripeClient(
            "sk_test_x", base_addresses={"api": address}, http_client=http, max_network_retries=1
        )
        try:
            app.faults.add({"kind": "lost", "method": "POST"})

            assert client.v1.customers.create({"name": "Zoë"}).name == "Zoë"
            assert len(client.v1.customers.list().data) == 1
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
