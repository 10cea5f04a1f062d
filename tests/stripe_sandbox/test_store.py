"""Stored objects: unknown ids, and the state file from which a restart continues."""

from pathlib import Path

import pytest

from infra.stripe_sandbox import SandboxSettings, create_sandbox
from tests.stripe_sandbox.harness import Clock
from tests.stripe_sandbox.world import HEADERS, World


@pytest.mark.parametrize(
    ("path", "noun", "param"),
    [
        ("charges/ch_none", "charge", "id"),
        ("payment_intents/pi_none", "payment_intent", "intent"),
        ("checkout/sessions/cs_none", "checkout.session", "session"),
        ("payment_methods/pm_none", "PaymentMethod", "payment_method"),
        ("test_helpers/test_clocks/clock_none", "test clock", "id"),
        ("balance_transactions?payout=po_none", "payout", "payout"),
    ],
)
def test_an_unknown_id_is_named_with_its_object_and_parameter(world: World, path: str, noun: str, param: str) -> None:
    answer = world.browser.get(f"/v1/{path}", headers=HEADERS)

    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (404, "resource_missing", param)
    assert error["message"].startswith(f"No such {noun}: ")


def test_a_restart_continues_from_the_state_file(tmp_path: Path) -> None:
    headers = {**HEADERS, "Idempotency-Key": "k"}
    first = create_sandbox(SandboxSettings(), clock=Clock(), state_file=tmp_path / "state.db")
    made = first.test_client().post("/v1/customers", data={"name": "A"}, headers=headers).get_json()
    first.sandbox.store.close()

    second = create_sandbox(SandboxSettings(), clock=Clock(), state_file=tmp_path / "state.db")
    found = second.test_client().get(f"/v1/customers/{made['id']}", headers=HEADERS)
    again = second.test_client().post("/v1/customers", data={"name": "A"}, headers=headers)
    second.sandbox.store.close()

    assert found.get_json()["name"] == "A"
    assert again.get_json()["id"] == made["id"]
