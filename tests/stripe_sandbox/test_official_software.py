"""Stripe's command line, library for Node and type declarations, run against the sandbox.

The tests need the packages in oracles/package.json and skip without them. `make oracles` installs them.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import stripe
from werkzeug.serving import make_server

from infra.stripe_sandbox import SandboxSettings, StripeSandbox, create_sandbox
from tests.stripe_sandbox.type_oracle import check_object

ORACLES = Path(__file__).parent / "oracles"
COMMAND_LINE = ORACLES / "node_modules/.bin/stripe"
INTERFACE = Path("infra/stripe_sandbox/interface")
TRIGGER_SECONDS = 60

needs_oracles = pytest.mark.skipif(not COMMAND_LINE.exists(), reason="`make oracles` installs it and needs npm")

EVENTS = [
    "balance.available",
    "billing_portal.configuration.created",
    "billing_portal.configuration.updated",
    "billing_portal.session.created",
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.failed",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "customer.created",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.updated",
    "customer.updated",
    "invoice.created",
    "invoice.deleted",
    "invoice.finalized",
    "invoice.marked_uncollectible",
    "invoice.paid",
    "invoice.payment_action_required",
    "invoice.payment_failed",
    "invoice.payment_succeeded",
    "invoice.sent",
    "invoice.updated",
    "invoice.voided",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_method.attached",
    "payment_method.detached",
    "payout.created",
    "payout.updated",
    "price.created",
    "price.updated",
    "product.created",
    "product.deleted",
    "product.updated",
    "test_helpers.test_clock.advancing",
    "test_helpers.test_clock.created",
    "test_helpers.test_clock.deleted",
    "test_helpers.test_clock.ready",
]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[StripeSandbox, str]]:
    """A sandbox on loopback without delays for debits, refunds and fees."""
    settings = SandboxSettings(
        delayed_method_seconds=0, refund_settles_after_seconds=0, balance_transaction_delay_seconds=0
    )
    app = create_sandbox(settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield app, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@needs_oracles
@pytest.mark.parametrize("event", EVENTS)
def test_stripes_command_line_triggers_the_event(served: tuple[StripeSandbox, str], event: str, tmp_path: Path) -> None:
    app, address = served
    command: list[str | Path] = [
        COMMAND_LINE,
        "trigger",
        event,
        "--api-base",
        address,
        "--api-key",
        "sk_test_keepopen_oracles_0123456",
    ]

    done = subprocess.run(
        command, env={"HOME": str(tmp_path)}, capture_output=True, text=True, timeout=TRIGGER_SECONDS, check=False
    )

    assert "Trigger succeeded" in done.stdout + done.stderr
    with app.sandbox.lock:
        app.sandbox.run_due_tasks()
        events = list(app.sandbox.store.where("event", type=event))
        assert events
        assert [
            problem for event in events for problem in check_object(app.sandbox.render(event)["data"]["object"])
        ] == []


@needs_oracles
def test_stripes_library_for_node_calls_the_routes(served: tuple[StripeSandbox, str]) -> None:
    command: list[str | Path] = ["node", ORACLES / "round_trip.mjs", served[1].rpartition(":")[2]]

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    assert json.loads(done.stdout) == {}


@needs_oracles
def test_the_field_and_parameter_lists_equal_stripes_declarations(tmp_path: Path) -> None:
    command: list[str | Path] = ["node", INTERFACE / "generate.mjs", ORACLES, tmp_path]

    subprocess.run(command, check=True, timeout=120)

    for name in ("shapes.json", "parameters.json"):
        fresh = json.loads((tmp_path / name).read_text("utf-8"))
        assert fresh == json.loads((INTERFACE / name).read_text("utf-8"))
        assert fresh["api_version"] == stripe.api_version
