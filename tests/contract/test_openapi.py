"""The API says what it is, and changes of that are seen in review."""

import json

from tests.contract.snapshot import SNAPSHOT, current_contract


def test_the_contract_is_the_committed_one() -> None:
    committed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    assert current_contract() == committed, "the API changed: run `make openapi` and look at the difference"


def test_the_contract_is_openapi_3_1() -> None:
    assert current_contract()["openapi"].startswith("3.1")


def test_every_public_path_is_described() -> None:
    expected = {"/v1/decide", "/v1/events", "/v1/checkout", "/webhooks/stripe", "/livez", "/readyz", "/version"}

    assert expected <= set(current_contract()["paths"])
