"""The embedded checkout page: a frame found by client secret."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from infra.stripe_sandbox.pages import hosted
from infra.stripe_sandbox.sandbox import Sandbox

Page = str | Response | tuple[str, int]


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    blueprint = Blueprint("embedded", __name__)

    @blueprint.get("/c/embed/<client_secret>")
    def frame(client_secret: str) -> Page:
        with sandbox.lock:
            sandbox.run_due_tasks()
            session_id = client_secret.partition("_secret_")[0]
            session = sandbox.store.get("checkout.session", session_id)
            if session is None or session.get("client_secret") != client_secret:
                text = "There is no such checkout session."
                return render_template("message.html", title="Not found", text=text, link=None), 404
            return hosted.page_of(sandbox, session_id)

    return blueprint
