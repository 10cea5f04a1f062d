"""The hosted checkout page: a form for a card or bank debit, its authentication step, and its final messages."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from infra.stripe_sandbox.amounts import exponent, shown, typed
from infra.stripe_sandbox.errors import ApiError
from infra.stripe_sandbox.objects import cards, checkout_payment, checkout_sessions, payment_intents
from infra.stripe_sandbox.objects.checkout_payment import Payer
from infra.stripe_sandbox.pages.message import Page, message, not_found
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.store import Json

METHOD_NAMES = {"card": "Card", "sepa_debit": "SEPA Direct Debit", "bacs_debit": "Bacs Direct Debit"}
SUBMIT_WORDS = {"donate": "Donate", "pay": "Pay", "book": "Book", "subscribe": "Subscribe"}


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("hosted", __name__)

    @blueprint.get("/c/pay/<session_id>")
    def show(session_id: str) -> Page:
        with sandbox.lock:
            sandbox.run_due_tasks()
            return page_of(sandbox, session_id)

    @blueprint.post("/c/pay/<session_id>")
    def pay(session_id: str) -> Page:
        return _locked(sandbox, session_id, lambda session: submit(sandbox, session, request.form))

    _add_further_pages(blueprint, sandbox)
    return blueprint


def _add_further_pages(blueprint: Blueprint, sandbox: Sandbox) -> None:
    @blueprint.get("/c/pay/<session_id>/authenticate")
    def ask(session_id: str) -> Page:
        with sandbox.lock:
            session = sandbox.store.get("checkout.session", session_id)
            if session is None:
                return not_found("There is no such checkout session.")
            return render_template("authenticate.html", address=f"/c/pay/{session_id}/authenticate")

    @blueprint.post("/c/pay/<session_id>/authenticate")
    def authenticate(session_id: str) -> Page:
        is_passed = request.form.get("answer") == "complete"
        return _locked(
            sandbox, session_id, lambda session: finish_authentication(sandbox, session, is_passed=is_passed)
        )

    @blueprint.get("/c/recover/<session_id>")
    def recover(session_id: str) -> Page:
        def start_again(session: Json) -> Page:
            if session["status"] != "expired":
                return page_of(sandbox, session_id)
            return redirect(checkout_sessions.recover(sandbox, session)["url"], 303)

        return _locked(sandbox, session_id, start_again)


def _locked(sandbox: Sandbox, session_id: str, act: Any) -> Page:
    with sandbox.lock:
        sandbox.run_due_tasks()
        session = sandbox.store.get("checkout.session", session_id)
        if session is None:
            return not_found("There is no such checkout session.")
        answer: Page = act(session)
        sandbox.store.save()
        return answer


def page_of(sandbox: Sandbox, session_id: str) -> Page:
    """Return the page for the current status of the session."""
    session = sandbox.store.get("checkout.session", session_id)
    if session is None:
        return not_found("There is no such checkout session.")
    if session["status"] == "complete":
        text = "This session is already paid. You are not charged again."
        return message("Already paid", text, link=success_url(session), link_text="Continue")
    if session["status"] == "expired":
        recovery = (session.get("after_expiration") or {}).get("recovery") or {}
        text = "This checkout session has expired. Nothing was charged."
        return message("Expired", text, link=recovery.get("url"), link_text="Start again"), 410
    return _form(sandbox, session, {}, None)


def _form(sandbox: Sandbox, session: Json, entered: Any, error: str | None) -> str:
    lines = sandbox.store.need("_plan", session["id"])["lines"]
    custom = next((line["price"]["custom_unit_amount"] for line in lines if line["price"]["custom_unit_amount"]), None)
    customer = sandbox.store.get("customer", session.get("customer") or "")
    email = entered.get("email") or session.get("customer_email") or (customer or {}).get("email") or ""
    word = SUBMIT_WORDS.get(session.get("submit_type") or "", "Pay")
    return render_template(
        "checkout.html",
        session=session,
        lines=lines,
        custom=custom,
        entered=entered,
        email=email,
        error=error,
        shown=shown,
        step="1" if exponent(session["currency"]) == 0 else "0.01",
        method_names={kind: METHOD_NAMES[kind] for kind in session["payment_method_types"] if kind in METHOD_NAMES},
        submit_text="Subscribe" if session["mode"] == "subscription" else word,
        interval=next((line["price"]["recurring"]["interval"] for line in lines if line["price"]["recurring"]), None),
        test_cards=(
            ("4242 4242 4242 4242", "succeeds"),
            ("4000 0000 0000 0002", "is declined"),
            ("4000 0000 0000 9995", "has insufficient funds"),
            ("4000 0027 6000 3184", "asks for authentication"),
            ("4000 0000 0000 0259", "succeeds, is disputed later"),
        ),
    )


def submit(sandbox: Sandbox, session: Json, entered: Any) -> Page:
    """Try to pay with what the payer typed, after the payer has pressed the button."""
    if session["status"] != "open":
        return page_of(sandbox, session["id"])
    try:
        tested, payer = _read(session, entered)
        outcome = checkout_payment.pay(sandbox, session, tested, payer)
    except ApiError as problem:
        return _form(sandbox, session, entered, str(problem)), 402
    if outcome == "requires_action":
        plan = sandbox.store.need("_plan", session["id"])
        waiting = {"number": tested.number, "email": payer.email, "name": payer.name, "country": payer.country}
        sandbox.store.put("_plan", session["id"], {**plan, "waiting": waiting})
        return redirect(f"/c/pay/{session['id']}/authenticate", 303)
    return _answer(sandbox, session, outcome, entered)


def _answer(sandbox: Sandbox, session: Json, outcome: str, entered: Any) -> Page:
    if outcome == "declined":
        error = checkout_payment.tried_intent(sandbox, session).get("last_payment_error") or {}
        return _form(sandbox, session, entered, error.get("message", "Your card was declined.")), 402
    url = success_url(session)
    if session["ui_mode"] != "hosted_page":
        return render_template("embedded_done.html", url=url)
    if url:
        return redirect(url, 303)
    return message("Thank you", "Your payment was successful.")


def finish_authentication(sandbox: Sandbox, session: Json, *, is_passed: bool) -> Page:
    """Continue the payment after the payer has completed or failed the authentication."""
    waiting = sandbox.store.need("_plan", session["id"]).get("waiting")
    if session["status"] != "open" or waiting is None:
        return page_of(sandbox, session["id"])
    if not is_passed:
        intent = checkout_payment.tried_intent(sandbox, session)
        if intent["status"] == "requires_action":
            method = sandbox.store.need("payment_method", intent["payment_method"])
            payment_intents.fail_authentication(sandbox, intent, method)
        return _form(sandbox, session, {}, payment_intents.AUTHENTICATION_FAILED), 402
    payer = Payer(email=waiting["email"], name=waiting["name"], country=waiting["country"])
    tested = cards.by_number(waiting["number"]) or cards.BY_NAME["visa"]
    outcome = checkout_payment.pay(sandbox, session, tested, payer, is_authenticated=True)
    return _answer(sandbox, session, outcome, {})


def _read(session: Json, entered: Any) -> tuple[cards.SandboxMethod, Payer]:
    kind = entered.get("method", "card")
    if kind not in session["payment_method_types"]:
        raise ApiError("This payment method is not available here.")
    tested = cards.by_number(entered.get("card_number" if kind == "card" else "account_number", ""))
    if tested is None or tested.kind != kind:
        raise ApiError("Your card number is incorrect." if kind == "card" else "Your account number is incorrect.")
    email = entered.get("email", "").strip() or session.get("customer_email")
    if not session.get("customer") and "@" not in (email or ""):
        raise ApiError("Enter an email address.")
    amount = entered.get("amount")
    return tested, Payer(
        email=email,
        name=entered.get("name", "").strip() or None,
        country=entered.get("country") or None,
        postal_code=entered.get("postal_code") or None,
        custom_amount=typed(amount, session["currency"]) if amount else None,
        expiry=_expiry(entered.get("card_expiry", "12/34")) if kind == "card" else (12, 2034),
    )


def _expiry(text: str) -> tuple[int, int]:
    month, _, year = text.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12 and len(year) in (2, 4)):
        raise ApiError("Your card's expiration date is incomplete.")
    return int(month), int(year) % 100 + 2000


def success_url(session: Json) -> str | None:
    """Return the address for the payer after the payment, with the session id filled in."""
    url = session.get("success_url") or session.get("return_url")
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"]) if url else None
