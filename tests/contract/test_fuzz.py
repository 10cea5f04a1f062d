"""The API answers every request, however malformed, and never with a 500."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from service.services import Services
from service.tokens.store import TokenRole
from service.tokens.tokens import TokenRequest, create_token
from tests.conftest import NOW
from tests.contract.snapshot import current_contract

HEALTH_CHECKS = list(HealthCheck)
METHODS = {"get", "post", "put", "delete"}
CONTRACT = current_contract()
ROUTES = sorted((path, method) for path, methods in CONTRACT["paths"].items() for method in METHODS & methods.keys())
CONTENT_TYPES = ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
MANGLED = st.one_of(
    st.binary(max_size=64),
    st.sampled_from([b"", b"{}", b"[]", b"null", b"[" * 2000, b'{"a":' * 500, b'{"site":"\\ud800"}', b"\x00"]),
)


@pytest.fixture
def admin(app_services: Services) -> dict[str, str]:
    """Credentials for every route, so that the requests reach the views."""
    request = TokenRequest("fuzz", TokenRole.ADMIN)
    token = create_token(app_services.engine, app_services.settings.secret_keys, request, NOW)
    return {"Authorization": f"Bearer {token.text}"}


def test_no_route_answers_a_malformed_body_with_a_500(app: Flask, admin: dict[str, str]) -> None:
    client = app.test_client()

    @settings(max_examples=200, deadline=None, suppress_health_check=HEALTH_CHECKS, database=None, derandomize=True)
    @given(st.sampled_from(ROUTES), MANGLED, st.sampled_from(CONTENT_TYPES))
    def send(route: tuple[str, str], body: bytes, content_type: str) -> None:
        address = route[0].replace("{", "x").replace("}", "x")
        answer = client.open(address, method=route[1].upper(), data=body, content_type=content_type, headers=admin)
        assert answer.status_code < 500, (route, body, answer.text)

    send()


def test_no_route_answers_a_valid_request_with_a_500(app: Flask, admin: dict[str, str]) -> None:
    """503 is accepted, because the Stripe of these tests is an address where no server listens."""
    contract = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)

    for found in contract.get_all_operations():
        operation: Any = found

        @settings(max_examples=4, deadline=None, suppress_health_check=HEALTH_CHECKS, database=None, derandomize=True)
        @given(operation.ok().as_strategy())
        def call(case: Any) -> None:
            answer = case.call(headers=admin)
            assert answer.status_code < 500 or answer.status_code == 503, (case.method, case.path, answer.content)
            case.validate_response(answer, checks=[content_type_conformance, response_schema_conformance])

        call()
