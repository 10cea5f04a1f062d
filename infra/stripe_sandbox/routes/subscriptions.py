"""Routes for subscriptions and their items."""

from typing import Any

from infra.stripe_sandbox.errors import ApiError, BadParameterError, NotFoundError, missing
from infra.stripe_sandbox.http.listing import listed, page
from infra.stripe_sandbox.http.metadata import merged
from infra.stripe_sandbox.http.routing import Params, Routes
from infra.stripe_sandbox.objects import (
    customers,
    payment_intents,
    payment_methods,
    products,
    renewals,
    subscriptions,
    trials,
)
from infra.stripe_sandbox.objects.billing_periods import next_date
from infra.stripe_sandbox.objects.payment_intents import Attempt
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

routes = Routes()


def _price(sandbox: Sandbox, item: Json, index: int) -> Json:
    if "price" in item:
        price = sandbox.store.need("price", item["price"], f"items[{index}][price]")
    elif "price_data" in item:
        price = products.make_price(sandbox, item["price_data"], is_inline=True)
    else:
        raise missing(f"items[{index}][price]")
    if not price["recurring"]:
        raise BadParameterError(
            "A subscription needs a recurring price, and this price is one_time.",
            f"items[{index}][price]",
        )
    return price


@routes.add("POST /v1/subscriptions")
def create(sandbox: Sandbox, params: Params) -> Json:
    if "customer" not in params:
        raise missing("customer")
    if not params.get("items"):
        raise missing("items")
    customer = customers.existing(sandbox, params["customer"])
    behavior = params.get("payment_behavior", "allow_incomplete")
    with sandbox.at_clock(customer.get("test_clock")):
        prices = [(_price(sandbox, item, index), item.get("quantity", 1)) for index, item in enumerate(params["items"])]
        wanted = params.get("default_payment_method") or customer["invoice_settings"].get("default_payment_method")
        method = payment_methods.resolve(sandbox, wanted, "default_payment_method") if wanted else None
        trial_days = params.get("trial_period_days", 0)
        if method is None and behavior != "default_incomplete" and not trial_days:
            raise ApiError("This customer has no default payment method.", code="resource_missing")
        subscription = subscriptions.make(
            sandbox,
            customer,
            prices,
            default_payment_method=params.get("default_payment_method") and method and method["id"],
            metadata=params.get("metadata") or {},
            description=params.get("description"),
        )
        if trial_days:
            missing_method = params.get("trial_settings", {}).get("end_behavior", {}).get("missing_payment_method")
            trials.start(sandbox, subscription, trial_days, missing_method or "create_invoice")
            return subscription
        tried = None if behavior == "default_incomplete" else method
        subscriptions.start(sandbox, subscription, tried, Attempt(is_off_session=bool(params.get("off_session"))))
    if behavior == "error_if_incomplete" and subscription["status"] == "incomplete":
        _raise_decline(sandbox, subscription)
    return subscription


def _raise_decline(sandbox: Sandbox, subscription: Json) -> None:
    for payment in sandbox.store.where("invoice_payment", invoice=subscription["latest_invoice"]):
        raise payment_intents.decline_of(
            sandbox, sandbox.store.need("payment_intent", payment["payment"]["payment_intent"])
        )


@routes.add("GET /v1/subscriptions")
def list_all(sandbox: Sandbox, params: Params) -> Json:
    wanted = params.pop("status", None)
    chosen = []
    for body in reversed(sandbox.store.all("subscription")):
        is_ended = body["status"] in subscriptions.ENDED
        is_wanted = wanted == "all" or (is_ended if wanted == "ended" else body["status"] == wanted)
        if is_wanted or (wanted is None and body["status"] != "canceled"):
            chosen.append(body)
    for name in ("customer", "test_clock"):
        if name in params:
            chosen = [body for body in chosen if body.get(name) == params[name]]
    if "price" in params:
        chosen = [
            body for body in chosen if any(item["price"]["id"] == params["price"] for item in body["items"]["data"])
        ]
    return page(chosen, params, "/v1/subscriptions")


@routes.add("GET /v1/subscriptions/{id}")
def retrieve(sandbox: Sandbox, params: Params, subscription_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("subscription", subscription_id)


@routes.add("POST /v1/subscriptions/{id}")
def update(sandbox: Sandbox, params: Params, subscription_id: str) -> Json:
    subscription = sandbox.store.need("subscription", subscription_id)
    if subscription["status"] in subscriptions.ENDED:
        raise ApiError("This subscription has ended and cannot be changed.")
    with sandbox.at_clock(sandbox.clock_of(subscription)):
        previous = sandbox.change(subscription, **_changes(sandbox, subscription, params))
        if "items" in params:
            previous["items"] = sandbox.render(subscription)["items"]
            _change_items(sandbox, subscription, params["items"])
        if previous:
            sandbox.emit("customer.subscription.updated", subscription, previous)
        if params.get("trial_end") == "now" and subscription["status"] == "trialing":
            trials.finish(sandbox, subscription)
    return subscription


def _changes(sandbox: Sandbox, subscription: Json, params: Params) -> Json:
    changes: Json = {name: params[name] or None for name in ("description", "pause_collection") if name in params}
    if "metadata" in params:
        changes["metadata"] = merged(subscription["metadata"], params["metadata"])
    if method := params.get("default_payment_method"):
        changes["default_payment_method"] = payment_methods.resolve(sandbox, method)["id"]
    if "cancellation_details" in params:
        changes["cancellation_details"] = {**subscription["cancellation_details"], **params["cancellation_details"]}
    if "cancel_at_period_end" in params:
        changes |= subscriptions.cancel_at_period_end(sandbox, subscription, wanted=params["cancel_at_period_end"])
    elif "cancel_at" in params:
        changes |= _cancel_at(sandbox, subscription, params["cancel_at"])
    if params.get("pause_collection"):
        changes["pause_collection"] = {"resumes_at": None, **params["pause_collection"]}
    return changes


def _cancel_at(sandbox: Sandbox, subscription: Json, wanted: Any) -> Json:
    if not wanted:
        return subscriptions.cancel_at_period_end(sandbox, subscription, wanted=False)
    moment = wanted if isinstance(wanted, int) else subscriptions.period_end(subscription)
    sandbox.schedule("cancel_subscription", moment, subscription=subscription["id"], at=moment)
    return {"cancel_at": moment, "canceled_at": sandbox.now()}


def _change_items(sandbox: Sandbox, subscription: Json, wanted: list[Json]) -> None:
    """Change price or quantity from the next invoice on. The sandbox makes no prorations."""
    items = subscription["items"]["data"]
    for index, change in enumerate(wanted):
        item = next((item for item in items if item["id"] == change.get("id")), None)
        if item is None:
            raise BadParameterError("Only existing items can be changed in this sandbox.", f"items[{index}][id]")
        if "price" in change or "price_data" in change:
            price = _price(sandbox, change, index)
            start = item["current_period_start"]
            if price["recurring"] != item["price"]["recurring"]:
                item["current_period_end"] = next_date(start, start, price["recurring"])
            item |= {"price": price, "plan": {**item["plan"], "id": price["id"], "amount": price["unit_amount"]}}
        if "quantity" in change:
            item["quantity"] = change["quantity"]
        sandbox.store.add(item)
    sandbox.store.add(subscription)
    subscriptions.plan_renewal(sandbox, subscription)


@routes.add("DELETE /v1/subscriptions/{id}")
def cancel(sandbox: Sandbox, params: Params, subscription_id: str) -> Json:
    subscription = sandbox.store.need("subscription", subscription_id)
    if subscription["status"] in subscriptions.ENDED:
        raise NotFoundError("subscription", subscription_id)
    with sandbox.at_clock(sandbox.clock_of(subscription)):
        subscriptions.end(sandbox, subscription, "cancellation_requested", **params.get("cancellation_details", {}))
    return subscription


@routes.add("POST /v1/subscriptions/{id}/pause")
def pause(sandbox: Sandbox, params: Params, subscription_id: str) -> Json:  # noqa: ARG001
    subscription = sandbox.store.need("subscription", subscription_id)
    if subscription["status"] not in ("active", "past_due"):
        raise ApiError("Only active subscriptions can be paused.")
    with sandbox.at_clock(sandbox.clock_of(subscription)):
        kind = {"type": "subscription", "transitioned_at": sandbox.now(), "subscription": {"type": "pause_requested"}}
        sandbox.change(subscription, status="paused", status_details={"paused": kind})
        sandbox.emit("customer.subscription.paused", subscription)
    return subscription


@routes.add("POST /v1/subscriptions/{id}/resume")
def resume(sandbox: Sandbox, params: Params, subscription_id: str) -> Json:  # noqa: ARG001
    subscription = sandbox.store.need("subscription", subscription_id)
    if subscription["status"] != "paused":
        raise ApiError("Only paused subscriptions can be resumed.")
    with sandbox.at_clock(sandbox.clock_of(subscription)):
        subscription.pop("status_details", None)
        sandbox.change(subscription, status="active")
        sandbox.emit("customer.subscription.resumed", subscription)
        if subscriptions.period_end(subscription) <= sandbox.now():
            now = sandbox.now()
            for item in subscription["items"]["data"]:
                item["current_period_end"] = now
            sandbox.change(subscription, billing_cycle_anchor=now)
            invoice = renewals.start_next_period(sandbox, subscription)
            sandbox.schedule("collect_renewal", now, invoice=invoice["id"])
        else:
            subscriptions.plan_renewal(sandbox, subscription)
    return subscription


@routes.add("GET /v1/subscription_items")
def list_items(sandbox: Sandbox, params: Params) -> Json:
    if "subscription" not in params:
        raise missing("subscription")
    return listed(sandbox, "subscription_item", params, "subscription")


@routes.add("GET /v1/subscription_items/{id}")
def retrieve_item(sandbox: Sandbox, params: Params, item_id: str) -> Json:  # noqa: ARG001
    return sandbox.store.need("subscription_item", item_id)
