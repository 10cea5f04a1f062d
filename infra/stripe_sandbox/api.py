"""One API request: key, version, parameters, idempotency, faults, handler, answer."""

import base64
import binascii
import contextlib
import json
import socket
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Request, Response, request

from infra.stripe_sandbox import parameters, routing, wire
from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.faults import Fault, Faults, rate_limited, server_error
from infra.stripe_sandbox.idempotency import Idempotency
from infra.stripe_sandbox.interface import API_VERSION
from infra.stripe_sandbox.sandbox import Sandbox, current_request

BODY_BYTES = 1 << 20
KEY_PREFIXES = ("sk_test_", "rk_test_")


class AnswerLostError(ConnectionResetError):
    """The work was committed and the caller hears nothing of it."""


@dataclass
class Exchange:
    """One request as it is being answered."""

    method: str
    path: str
    given: dict[str, Any]
    key: str
    idempotency_key: str | None
    version: str | None
    id: str
    fault: Fault | None = None
    headers: dict[str, str] = field(default_factory=dict)


def make_blueprint(sandbox: Sandbox, faults: Faults, idempotency: Idempotency) -> Blueprint:
    """All of /v1/."""
    blueprint = Blueprint("api", __name__)

    @blueprint.route("/v1/<path:rest>", methods=["GET", "POST", "DELETE"])
    def answer_request(rest: str) -> Response:  # noqa: ARG001 - routes are matched in routing.py
        request_id = sandbox.id("req")[:18]
        headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("Stripe-Version", API_VERSION)}
        try:
            exchange = _read(request, request_id)
            status, body = _serve(sandbox, faults, idempotency, exchange)
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
        given=wire.decode(pairs),
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


def _serve(sandbox: Sandbox, faults: Faults, idempotency: Idempotency, exchange: Exchange) -> tuple[int, str]:
    fault = exchange.fault = faults.take(exchange.method, exchange.path)
    if fault and fault.kind == "rate_limit":
        raise rate_limited()
    key = f"{exchange.key} {exchange.idempotency_key}" if exchange.idempotency_key else None
    if key:
        idempotency.hold(key)
    try:
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        with sandbox.lock:
            status, body = _once(sandbox, idempotency, exchange, key)
            sandbox.store.save()
    finally:
        if key:
            idempotency.release(key)
    if fault and fault.kind == "lost":
        _lose_answer()
    return status, body


def _once(sandbox: Sandbox, idempotency: Idempotency, exchange: Exchange, key: str | None) -> tuple[int, str]:
    asked = [exchange.method, exchange.path, exchange.given]
    if key and (kept := idempotency.replay(key, asked, sandbox.wall_now())):
        exchange.headers = {"Idempotent-Replayed": "true", "Original-Request": kept["request_id"]}
        return kept["status"], kept["body"]
    try:
        status, body, is_kept = 200, _handle(sandbox, exchange), True
    except ApiError as error:
        status, body, is_kept = error.status, _envelope(error, exchange.id), error.is_kept
    if key and is_kept:
        idempotency.keep(key, asked, status, body, exchange.id, sandbox.wall_now())
    return status, body


def _handle(sandbox: Sandbox, exchange: Exchange) -> str:
    sandbox.run_due_tasks()
    found, ids = routing.find(exchange.method, exchange.path)
    params = parameters.check(found.name, exchange.given, is_pinned=exchange.version is not None)
    if exchange.fault and exchange.fault.kind == "server_error":
        raise server_error()
    expand = params.pop("expand", [])
    token = current_request.set({"id": exchange.id, "idempotency_key": exchange.idempotency_key})
    try:
        body = found.handler(sandbox, params, *ids)
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
    raise AnswerLostError("the answer was lost after the work was committed, as asked")
