"""The description of the API is committed, so that a review shows every change of the API."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from tests.contract.snapshot import SNAPSHOT, contract_app, current_contract


def test_the_current_description_is_the_committed_one() -> None:
    committed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    assert current_contract() == committed, "the API has changed: run `make openapi` and review the difference"


def test_the_description_is_openapi_3_1() -> None:
    assert current_contract()["openapi"].startswith("3.1")


def test_every_public_path_is_described() -> None:
    expected = {"/v1/decide", "/v1/events", "/v1/checkout", "/webhooks/stripe", "/livez", "/readyz", "/version"}

    assert expected <= set(current_contract()["paths"])


def test_every_operation_describes_what_it_answers_and_its_problems() -> None:
    contract = current_contract()
    problem = contract["components"]["responses"]["DEFAULT_ERROR"]["content"]

    for path, operations in contract["paths"].items():
        for method, operation in operations.items():
            if method == "parameters":
                continue
            responses = operation["responses"]
            assert any(status[0] in "23" for status in responses), (method, path)
            assert responses["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}, (method, path)
    assert list(problem) == ["application/problem+json"]
    assert set(contract["components"]["schemas"]["Problem"]["properties"]) >= {"code", "status", "title", "request_id"}


def test_simultaneous_first_requests_all_get_the_whole_description() -> None:
    app, together = contract_app(), Barrier(4)

    def answer(_: int) -> str:
        together.wait()
        return app.test_client().get("/v1/openapi.json").text

    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(answer, range(4)))

    assert len(answers) == 1
    assert json.loads(answers.pop()) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_the_command_prints_the_same_description() -> None:
    printed = contract_app().test_cli_runner().invoke(args=["openapi", "print"])

    assert json.loads(printed.output) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))
