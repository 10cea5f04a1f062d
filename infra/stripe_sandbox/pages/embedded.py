"""The embedded checkout page, which a frame loads by the client secret of the session."""

from flask import Blueprint

from infra.stripe_sandbox.pages import hosted
from infra.stripe_sandbox.pages.message import Page, not_found
from infra.stripe_sandbox.sandbox import Sandbox


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("embedded", __name__)

    @blueprint.get("/c/embed/<client_secret>")
    def frame(client_secret: str) -> Page:
        with sandbox.lock:
            sandbox.run_due_tasks()
            session_id = client_secret.partition("_secret_")[0]
            session = sandbox.store.get("checkout.session", session_id)
            if session is None or session.get("client_secret") != client_secret:
                return not_found("There is no such checkout session.")
            return hosted.page_of(sandbox, session_id)

    return blueprint
