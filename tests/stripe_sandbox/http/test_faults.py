"""Faults on demand, and how Stripe's library recovers from them."""

from contextlib import closing
from threading import Thread

import pytest
import stripe
from werkzeug.serving import make_server

from infra.stripe_sandbox import SandboxSettings, create_sandbox
from infra.stripe_sandbox.http.api import AnswerLostError
from tests.stripe_sandbox.world import World


def test_a_rate_limit_is_not_replayed_but_a_server_error_is(world: World) -> None:
    world.add_fault(kind="rate_limit")
    with pytest.raises(stripe.RateLimitError):
        world.v1.customers.create({"name": "A"}, {"idempotency_key": "a"})
    assert world.v1.customers.create({"name": "A"}, {"idempotency_key": "a"}).name == "A"

    world.add_fault(kind="server_error")
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            world.v1.customers.create({"name": "B"}, {"idempotency_key": "b"})


def test_an_answer_can_be_lost_after_the_work_was_done(world: World) -> None:
    world.add_fault(kind="lost", path="/v1/customers", method="POST")
    world.app.testing = True

    with pytest.raises(AnswerLostError):
        world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})

    assert world.v1.customers.create({"name": "A"}, {"idempotency_key": "k"}).name == "A"
    assert len(world.v1.customers.list().data) == 1


def test_stripes_library_repeats_a_request_whose_answer_was_lost() -> None:
    app = create_sandbox(SandboxSettings())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    address = f"http://127.0.0.1:{server.server_port}"
    with closing(stripe.RequestsClient()) as http:
        client = stripe.StripeClient(
            "sk_test_x", base_addresses={"api": address}, http_client=http, max_network_retries=1
        )
        try:
            app.faults.add({"kind": "lost", "method": "POST"})

            assert client.v1.customers.create({"name": "Zoë"}).name == "Zoë"
            assert len(client.v1.customers.list().data) == 1
        finally:
            server.shutdown()
            serving.join()
            server.server_close()
