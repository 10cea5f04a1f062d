"""The sandbox's own routes under /_sandbox/: overview, knobs, faults, deliveries, and actions that Stripe lacks."""

import dataclasses
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from infra.stripe_sandbox.amounts import shown
from infra.stripe_sandbox.errors import ApiError, BadParameterError
from infra.stripe_sandbox.http.faults import Faults
from infra.stripe_sandbox.objects import balance, payouts, renewals
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import Knobs
from infra.stripe_sandbox.webhooks import endpoints
from infra.stripe_sandbox.webhooks.delivery import Deliverer

SHOWN_MOST = 200


def make_blueprint(sandbox: Sandbox, deliverer: Deliverer, faults: Faults) -> Blueprint:
    blueprint = Blueprint("control", __name__, url_prefix="/_sandbox")
    _pages(blueprint, sandbox, deliverer)
    _knobs(blueprint, sandbox, faults)
    _delivery_actions(blueprint, deliverer)
    _money_actions(blueprint, sandbox)
    _endpoint_actions(blueprint, sandbox)

    @blueprint.errorhandler(ApiError)
    def refuse(error: ApiError) -> tuple[Response, int]:
        return jsonify(error=error.envelope), error.status

    return blueprint


def _pages(blueprint: Blueprint, sandbox: Sandbox, deliverer: Deliverer) -> None:
    @blueprint.get("/")
    def overview() -> str:
        with sandbox.lock:
            sandbox.run_due_tasks()
            return render_template("control.html", **_overview(sandbox), shown=shown)

    @blueprint.get("/events/<event_id>")
    def event(event_id: str) -> Response:
        with sandbox.lock:
            return jsonify(sandbox.render(sandbox.store.need("event", event_id)))

    @blueprint.get("/deliveries")
    def deliveries() -> Response:
        with sandbox.lock:
            return jsonify(deliveries=sandbox.store.all("_delivery"))

    @blueprint.post("/deliveries/<delivery_id>/resend")
    def resend(delivery_id: str) -> BaseResponse:
        return _answer({"delivered": deliverer.attempt(delivery_id)})


def _overview(sandbox: Sandbox) -> dict[str, Any]:
    deliveries = list(reversed(sandbox.store.all("_delivery")))[:SHOWN_MOST]
    rows = [{**delivery, "type": sandbox.store.need("event", delivery["event"])["type"]} for delivery in deliveries]
    return {
        "balance": balance.balance(sandbox),
        "deliveries": rows,
        "payouts": list(reversed(sandbox.store.all("payout"))),
        "subscriptions": list(reversed(sandbox.store.all("subscription"))),
        "endpoints": sandbox.store.all("webhook_endpoint"),
        "knobs": dataclasses.asdict(sandbox.knobs),
    }


def _knobs(blueprint: Blueprint, sandbox: Sandbox, faults: Faults) -> None:
    @blueprint.get("/knobs")
    def show_knobs() -> Response:
        waiting = [dataclasses.asdict(fault) for fault in faults.waiting]
        return jsonify(**dataclasses.asdict(sandbox.knobs), faults=waiting)

    @blueprint.post("/knobs")
    def turn_knobs() -> Response:
        wanted = request.get_json()
        known = {field.name for field in dataclasses.fields(Knobs)}
        if unknown := set(wanted) - known:
            raise BadParameterError(f"No such knob: {', '.join(sorted(unknown))}")
        with sandbox.lock:
            for name, value in wanted.items():
                setattr(sandbox.knobs, name, value)
        return show_knobs()

    @blueprint.post("/faults")
    def add_fault() -> Response:
        faults.add(request.get_json())
        return show_knobs()

    @blueprint.delete("/faults")
    def clear_faults() -> Response:
        faults.clear()
        return show_knobs()


def _delivery_actions(blueprint: Blueprint, deliverer: Deliverer) -> None:
    @blueprint.post("/deliver")
    def deliver() -> BaseResponse:
        return _answer({"delivered": deliverer.deliver_now()})


def _money_actions(blueprint: Blueprint, sandbox: Sandbox) -> None:
    @blueprint.get("/balance")
    def show_balance() -> Response:
        with sandbox.lock:
            sandbox.run_due_tasks()
            totals: dict[str, dict[str, int]] = {}
            for transaction in sandbox.store.all("balance_transaction"):
                total = totals.setdefault(transaction["currency"], {"amount": 0, "fee": 0, "net": 0, "count": 0})
                for name in ("amount", "fee", "net"):
                    total[name] += transaction[name]
                total["count"] += 1
            return jsonify(balance=balance.balance(sandbox), totals=totals)

    @blueprint.post("/payouts")
    def pay_out() -> BaseResponse:
        with sandbox.lock:
            made = payouts.pay_out_everything(sandbox)
            sandbox.store.save()
        return _answer({"payouts": [payout["id"] for payout in made]})

    @blueprint.post("/payouts/<payout_id>/<outcome>")
    def end_payout(payout_id: str, outcome: str) -> BaseResponse:
        with sandbox.lock:
            payouts.end_by_hand(sandbox, payout_id, outcome)
            sandbox.store.save()
        return _answer({"payout": payout_id})

    @blueprint.post("/subscriptions/<subscription_id>/renew")
    def renew(subscription_id: str) -> BaseResponse:
        with sandbox.lock:
            invoice = renewals.renew_now(sandbox, sandbox.store.need("subscription", subscription_id))
            sandbox.store.save()
        return _answer({"invoice": invoice["id"]})


def _endpoint_actions(blueprint: Blueprint, sandbox: Sandbox) -> None:
    @blueprint.post("/webhook_endpoints/<endpoint_id>/roll")
    def roll(endpoint_id: str) -> BaseResponse:
        wanted = request.get_json()
        with sandbox.lock:
            sandbox.store.need("webhook_endpoint", endpoint_id)
            keeps = bool(wanted.get("keeps_old", True))
            endpoints.roll_secret(sandbox, endpoint_id, wanted["secret"], keeps_old=keeps)
            sandbox.store.save()
        return _answer({"rolled": endpoint_id})


def _answer(body: dict[str, Any]) -> BaseResponse:
    """Answer a program with JSON, and a form of the overview by a redirect to the overview."""
    if request.mimetype == "application/x-www-form-urlencoded":
        return redirect("/_sandbox/", 303)
    return jsonify(**body)
