"""Puts the sandbox together: a WSGI app with the API, the pages and the webhook sender."""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

import infra.stripe_sandbox as package
from infra.stripe_sandbox import api, webhook_endpoints
from infra.stripe_sandbox.faults import Faults
from infra.stripe_sandbox.idempotency import Idempotency
from infra.stripe_sandbox.ids import Ids
from infra.stripe_sandbox.pages import authentication, control, embedded, hosted, portal, receipts
from infra.stripe_sandbox.sandbox import Clock, Sandbox
from infra.stripe_sandbox.settings import SandboxSettings
from infra.stripe_sandbox.store import Store
from infra.stripe_sandbox.webhooks import Deliverer, Sender, post


class StripeSandbox(Flask):
    """The WSGI app; `sandbox`, `deliverer` and `faults` are there for tests and for the process that serves it."""

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
    """A sandbox in memory, or continuing from `state_file`; nothing runs in the background until `deliverer.start()`.

    `clock` returns an aware datetime. `sender` gets url, headers and body of a webhook and returns the HTTP status.
    """
    _register_routes()
    chosen = settings or SandboxSettings()
    sandbox = Sandbox(Store(state_file), clock or _wall_clock, chosen, Ids(seed))
    app = StripeSandbox(__name__, template_folder="pages/templates", static_folder="pages/static")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.sandbox = sandbox
    app.deliverer = Deliverer(sandbox, sender)
    app.faults = Faults()
    app.register_blueprint(api.make_blueprint(sandbox, app.faults, Idempotency(sandbox.store)))
    for each in (hosted, embedded, portal, receipts, authentication):
        app.register_blueprint(each.make_blueprint(sandbox))
    app.register_blueprint(control.make_blueprint(sandbox, app.deliverer, app.faults))
    _register_endpoint(sandbox)
    return app


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def _register_routes() -> None:
    """Import every module of the package once: routes, tasks and includes register themselves."""
    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{package.__name__}.{module.name}")


def _register_endpoint(sandbox: Sandbox) -> None:
    url, secret = sandbox.settings.webhook_url, sandbox.settings.webhook_secret
    if not url or not secret:
        return
    known: Clock | object = next(iter(sandbox.store.where("webhook_endpoint", url=url)), None)
    if isinstance(known, dict):
        webhook_endpoints.roll_secret(sandbox, known["id"], secret, keeps_old=False)
    else:
        webhook_endpoints.make(sandbox, url, ["*"], secret)
    sandbox.store.save()
