"""The committed description of the API, docs/openapi.json. `python -m tests.contract.snapshot` writes it again."""

import json
from pathlib import Path
from typing import Any

from flask import Flask

from service.app import create_app
from service.clock import Clock, system_clock
from service.settings import Settings

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.json"


def contract_app(clock: Clock = system_clock) -> Flask:
    """Return the service with a database that does not exist: enough to describe the API."""
    return create_app(
        Settings(
            public_url="https://support.courier.example",
            secret_keys=("a-key-of-the-tests-a-key-of-the-tests",),
            stripe_api_key="sk_test_of_the_tests",
            stripe_webhook_secrets=("whsec_of_the_tests",),
            database_url="postgresql://nobody@127.0.0.1:9/nothing",
            log_level="ERROR",
        ),
        clock=clock,
        has_background=False,
    )


def current_contract() -> dict[str, Any]:
    """Return the description that the service gives of its API."""
    answer = contract_app().test_client().get("/v1/openapi.json")
    contract: dict[str, Any] = json.loads(answer.data)
    return contract


if __name__ == "__main__":
    SNAPSHOT.write_text(json.dumps(current_contract(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
