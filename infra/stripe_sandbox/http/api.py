"""All of /v1/: check the API key and parameters of a request, call its route, and answer in JSON."""

import base64
import binascii
import contextlib
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Request, Response, request

from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.http import forms, parameters
from infra.stripe_sandbox.http.faults import Fault, Faults, rate_limited, server_error
from infra.stripe_sandbox.http.idempotency import Idempotency
from infra.stripe_sandbox.http.routing import Routes
from infra.stripe_sandbox.interface import API_VERSION
from infra.stripe_sandbox.sandbox import Sandbox, current_request

BODY_BYTES = 1 << 20
KEY_PREFIXES = ("sk_test_", "rk_test_")


class AnswerLostError(ConnectionResetError):
    """The work is committed, but the caller gets no answer."""


@dataclass
class Exchange:
    """An API request while it is being answered."""

    method: str
    path: str
    given: dict[str, Any]
    key: str
    idempotency_key: str | None
    version: str | None
    id: str
    fault: Fault | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Api:
    """The parts that answer every request to /v1/."""

    sandbox: Sandbox
    routes: Routes
    faults: Faults
    idempotency: Idempotency


def make_blueprint(api: Api) -> Blueprint:
    """Return the blueprint for all of /v1/."""
    blueprint = Blueprint("api", __name__)

    @blueprint.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
    def answer_request(rest: str) -> Response:  # noqa: ARG001 - `Routes` finds the route
        request_id = api.sandbox.id("req")[:18]
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("Stripe-Version", API_VERSION)}
        try:
            exchange = _read(request, request_id)
            status, body = _serve(api, exchange)
            headers |= exchange.headers
        except ApiError as error:
            status, body = error.status, _envelope(error, request_id)
            headers |= error.headers
        response = Response(body, status, content_type="application/json")
        response.headers.update(headers)
        return response

    return blueprint


def _read(incoming: Request, request_id: str) -> Exchange:
    if (incoming.content_length or 0) > BODY_BYTES:
        raise ApiError("Request body too large.", status=413, is_kept=False)
    pairs = list(incoming.args.items(multi=True))
    if incoming.method == "POST":
        pairs += list(incoming.form.items(multi=True))
    return Exchange(
        method=incoming.method,
        path=incoming.path,
        given=forms.decode(pairs),
        key=_api_key(incoming),
        idempotency_key=incoming.headers.get("Idempotency-Key") if incoming.method == "POST" else None,
        version=incoming.headers.get("Stripe-Version"),
        id=request_id,
    )


def _api_key(incoming: Request) -> str:
    scheme, _, credential = incoming.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            credential = base64.b64decode(credential).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            credential = ""
    if not credential:
        raise ApiError("You did not provide an API key.", status=401, is_kept=False)
    if not credential.startswith(KEY_PREFIXES):
        masked = credential[:8] + "****" + credential[-4:]
        raise ApiError(f"Invalid API Key provided: {masked}. This is a sandbox.", status=401, is_kept=False)
    return credential


def _serve(api: Api, exchange: Exchange) -> tuple[int, str]:
    fault = exchange.fault = api.faults.take(exchange.method, exchange.path)
    if fault and fault.kind == "rate_limit":
        raise rate_limited()
    key = f"{exchange.key} {exchange.idempotency_key}" if exchange.idempotency_key else None
    if key:
        api.idempotency.hold(key)
    try:
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        with api.sandbox.lock:
            status, body = _once(api, exchange, key)
            api.sandbox.store.save()
    finally:
        if key:
            api.idempotency.release(key)
    if fault and fault.kind == "lost":
        _lose_answer()
    return status, body


def _once(api: Api, exchange: Exchange, key: str | None) -> tuple[int, str]:
    now = api.sandbox.wall_now()
    asked = [exchange.method, exchange.path, exchange.given]
    if key and (kept := api.idempotency.replay(key, asked, now)):
        exchange.headers = {"Idempotent-Replayed": "true", "Original-Request": kept["request_id"]}
        return kept["status"], kept["body"]
    try:
        status, body, is_kept = 200, _handle(api, exchange), True
    except ApiError as error:
        status, body, is_kept = error.status, _envelope(error, exchange.id), error.is_kept
    if key and is_kept:
        api.idempotency.keep(key, asked, status, body, exchange.id, now)
    return status, body


def _handle(api: Api, exchange: Exchange) -> str:
    sandbox = api.sandbox
    sandbox.run_due_tasks()
    route, ids = api.routes.find(exchange.method, exchange.path)
    params = parameters.check(route.name, exchange.given, is_pinned=exchange.version is not None)
    if exchange.fault and exchange.fault.kind == "server_error":
        raise server_error()
    expand = params.pop("expand", [])
    token = current_request.set({"id": exchange.id, "idempotency_key": exchange.idempotency_key})
    try:
        body = route.handler(sandbox, params, *ids)
        return json.dumps(sandbox.render(body, expand))
    finally:
        current_request.reset(token)


def _envelope(error: ApiError, request_id: str) -> str:
    log = f"https://dashboard.stripe.com/test/logs/{request_id}"
    return json.dumps({"error": {**error.envelope, "request_log_url": log}})


def _lose_answer() -> None:
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        return
    raise AnswerLostError("the answer is lost after the commit, because a test asked for this fault")
