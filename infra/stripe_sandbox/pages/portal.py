"""The customer portal: cancel or keep a subscription, replace the card, change contact details, see invoices."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request

from infra.stripe_sandbox.amounts import shown
from infra.stripe_sandbox.objects import cards, payment_methods, subscriptions
from infra.stripe_sandbox.pages.message import Page, not_found
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

OPEN_SECONDS = 3600


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("portal", __name__)

    @blueprint.get("/p/session/<session_id>")
    def show(session_id: str) -> Page:
        with sandbox.lock:
            session = _open_session(sandbox, session_id)
            return _page(sandbox, session) if session else _closed()

    @blueprint.post("/p/session/<session_id>/<act>")
    def change(session_id: str, act: str) -> Page:
        with sandbox.lock:
            session = _open_session(sandbox, session_id)
            if session is None or act not in ACTS:
                return _closed()
            with sandbox.at_clock(sandbox.clock_of(session["customer"])):
                error = ACTS[act](sandbox, session)
            sandbox.store.save()
            if error:
                return _page(sandbox, session, error), 402
            return redirect(_after(session), 303)

    return blueprint


def _after(session: Json) -> str:
    completion = (session["flow"] or {}).get("after_completion", {})
    if completion.get("type") == "redirect":
        return str(completion["redirect"]["return_url"])
    return f"/p/session/{session['id']}"


def _open_session(sandbox: Sandbox, session_id: str) -> Json | None:
    sandbox.run_due_tasks()
    session = sandbox.store.get("billing_portal.session", session_id)
    if session is None or session["created"] + OPEN_SECONDS < sandbox.wall_now():
        return None
    return session


def _closed() -> tuple[str, int]:
    return not_found("This link to the portal is not valid any more.", "Link expired")


def _page(sandbox: Sandbox, session: Json, error: str | None = None) -> str:
    customer_id = session["customer"]
    features = sandbox.store.need("billing_portal.configuration", session["configuration"])["features"]
    customer = sandbox.store.need("customer", customer_id)
    all_subscriptions = sandbox.store.where("subscription", customer=customer_id)
    current = [found for found in all_subscriptions if found["status"] not in subscriptions.ENDED]
    methods = {method["id"]: method for method in sandbox.store.where("payment_method", customer=customer_id)}
    return render_template(
        "portal.html",
        session=session,
        features=features,
        customer=customer,
        subscriptions=[_row(sandbox, subscription, methods) for subscription in reversed(current)],
        invoices=list(reversed(list(sandbox.store.where("invoice", customer=customer_id)))),
        shown=shown,
        day=_day,
        error=error,
    )


def _row(sandbox: Sandbox, subscription: Json, methods: dict[str, Json]) -> dict[str, Any]:
    customer = sandbox.store.need("customer", subscription["customer"])
    fallback = customer["invoice_settings"].get("default_payment_method")
    method = methods.get(subscription.get("default_payment_method") or fallback or "")
    item = subscription["items"]["data"][0]
    return {
        "id": subscription["id"],
        "status": subscription["status"],
        "is_canceling": subscription["cancel_at_period_end"],
        "amount": shown(item["price"]["unit_amount"] * item["quantity"], subscription["currency"]),
        "interval": item["price"]["recurring"]["interval"],
        "ends": _day(item["current_period_end"]),
        "method": f"{method['type'].replace('_', ' ')} ···· {method[method['type']]['last4']}" if method else "none",
    }


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%-d %B %Y")


def _own_subscription(sandbox: Sandbox, session: Json) -> Json | None:
    """Return the subscription named in the form, or None unless it belongs to this customer and has not ended."""
    found = sandbox.store.get("subscription", request.form.get("subscription", ""))
    if found is None or found["customer"] != session["customer"] or found["status"] in subscriptions.ENDED:
        return None
    return found


def _feature(sandbox: Sandbox, session: Json, name: str) -> Json:
    feature: Json = sandbox.store.need("billing_portal.configuration", session["configuration"])["features"][name]
    return feature


def _cancel(sandbox: Sandbox, session: Json) -> str | None:
    subscription = _own_subscription(sandbox, session)
    feature = _feature(sandbox, session, "subscription_cancel")
    if subscription is None or not feature["enabled"]:
        return "This subscription cannot be canceled here."
    feedback = request.form.get("feedback") or None
    if feature["mode"] == "immediately":
        subscriptions.end(sandbox, subscription, "cancellation_requested", feedback=feedback)
        return None
    changes = subscriptions.cancel_at_period_end(sandbox, subscription, wanted=True)
    changes["cancellation_details"]["feedback"] = feedback
    sandbox.emit("customer.subscription.updated", subscription, sandbox.change(subscription, **changes))
    return None


def _keep(sandbox: Sandbox, session: Json) -> str | None:
    subscription = _own_subscription(sandbox, session)
    if subscription is None:
        return "There is no such subscription."
    changes = subscriptions.cancel_at_period_end(sandbox, subscription, wanted=False)
    sandbox.emit("customer.subscription.updated", subscription, sandbox.change(subscription, **changes))
    return None


def _replace_card(sandbox: Sandbox, session: Json) -> str | None:
    if not _feature(sandbox, session, "payment_method_update")["enabled"]:
        return "The payment method cannot be changed here."
    tested = cards.by_number(request.form.get("card_number", ""))
    if tested is None or tested.kind != "card":
        return "Your card number is incorrect."
    customer = sandbox.store.need("customer", session["customer"])
    method = payment_methods.make(sandbox, tested, {"email": customer.get("email"), "name": customer.get("name")})
    payment_methods.attach(sandbox, method, customer["id"])
    settings = {**customer["invoice_settings"], "default_payment_method": method["id"]}
    sandbox.emit("customer.updated", customer, sandbox.change(customer, invoice_settings=settings))
    for subscription in sandbox.store.where("subscription", customer=customer["id"]):
        if subscription["status"] not in subscriptions.ENDED and subscription.get("default_payment_method"):
            before = sandbox.change(subscription, default_payment_method=method["id"])
            sandbox.emit("customer.subscription.updated", subscription, before)
    return None


def _change_contact(sandbox: Sandbox, session: Json) -> str | None:
    feature = _feature(sandbox, session, "customer_update")
    allowed = [name for name in ("email", "name") if name in feature["allowed_updates"] and name in request.form]
    if not feature["enabled"] or not allowed:
        return "Contact details cannot be changed here."
    customer = sandbox.store.need("customer", session["customer"])
    before = sandbox.change(customer, **{name: request.form[name].strip() or None for name in allowed})
    if before:
        sandbox.emit("customer.updated", customer, before)
    return None


ACTS = {"cancel": _cancel, "keep": _keep, "card": _replace_card, "contact": _change_contact}
