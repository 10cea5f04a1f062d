"""The API says what it is, and changes of that are seen in review."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.contract.snapshot import SNAPSHOT, contract_app, current_contract


def test_the_contract_is_the_committed_one() -> None:
    committed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    assert current_contract() == committed, "the API changed: run `make openapi` and look at the difference"


def test_the_contract_is_openapi_3_1() -> None:
    assert current_contract()["openapi"].startswith("3.1")


def test_every_public_path_is_described() -> None:
    expected = {"/v1/decide", "/v1/events", "/v1/checkout", "/webhooks/stripe", "/livez", "/readyz", "/version"}

    assert expected <= set(current_contract()["paths"])


def test_who_asks_first_and_who_asks_meanwhile_get_the_whole_contract() -> None:
    app, together = contract_app(), Barrier(4)

    def asked(_: int) -> str:
        together.wait()
        return app.test_client().get("/v1/openapi.json").text

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(asked, range(4)))

    assert len(answers) == 1
    assert json.loads(answers.pop()) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_the_command_prints_the_same() -> None:
    printed = contract_app().test_cli_runner().invoke(args=["openapi", "print"])

    assert json.loads(printed.output) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))
