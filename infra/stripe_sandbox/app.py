"""The sandbox as a WSGI application: the API, the pages and the sender of webhooks."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from infra.stripe_sandbox.http import api
from infra.stripe_sandbox.http.faults import Faults
from infra.stripe_sandbox.http.idempotency import Idempotency
from infra.stripe_sandbox.ids import Ids
from infra.stripe_sandbox.objects import checkout_payment, subscriptions
from infra.stripe_sandbox.pages import authentication, control, embedded, hosted, portal, receipts
from infra.stripe_sandbox.routes.table import API_ROUTES
from infra.stripe_sandbox.sandbox import Sandbox
from infra.stripe_sandbox.settings import SandboxSettings
from infra.stripe_sandbox.store import Store
from infra.stripe_sandbox.webhooks import endpoints
from infra.stripe_sandbox.webhooks.delivery import Deliverer, Sender, post

#: A session is updated last, so that its event follows those of its invoice and subscription.
ON_SETTLED = (subscriptions.payment_settled, checkout_payment.payment_settled)


class StripeSandbox(Flask):
    """The application. Tests and the serving process use `sandbox`, `deliverer` and `faults`."""

    sandbox: Sandbox
    deliverer: Deliverer
    faults: Faults


def create_sandbox(
    settings: SandboxSettings | None = None,
    *,
    clock: Callable[[], datetime] | None = None,
    state_file: Path | None = None,
    sender: Sender = post,
    seed: int | None = None,
) -> StripeSandbox:
    """Return a sandbox in memory, or one that continues from `state_file`.

    `clock` returns an aware datetime. `sender` takes URL, headers and body of a webhook and returns the HTTP status.
    Nothing runs in the background until `deliverer.start()`.
    """
    sandbox = Sandbox(Store(state_file), clock or _wall_clock, settings or SandboxSettings(), Ids(seed), ON_SETTLED)
    app = StripeSandbox(__name__, template_folder="pages/templates", static_folder="pages/static")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.sandbox = sandbox
    app.deliverer = Deliverer(sandbox, sender)
    app.faults = Faults()
    app.register_blueprint(api.make_blueprint(api.Api(sandbox, API_ROUTES, app.faults, Idempotency(sandbox.store))))
    for pages in (hosted, embedded, portal, receipts, authentication):
        app.register_blueprint(pages.make_blueprint(sandbox))
    app.register_blueprint(control.make_blueprint(sandbox, app.deliverer, app.faults))
    _register_endpoint(sandbox)
    return app


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def _register_endpoint(sandbox: Sandbox) -> None:
    """Register the endpoint of the settings. If the state file has it already, only set its secret."""
    url, secret = sandbox.settings.webhook_url, sandbox.settings.webhook_secret
    if not url or not secret:
        return
    existing = next(sandbox.store.where("webhook_endpoint", url=url), None)
    if existing:
        endpoints.roll_secret(sandbox, existing["id"], secret, keeps_old=False)
    else:
        endpoints.make(sandbox, url, ["*"], secret)
    sandbox.store.save()
