"""Deliveries answered before Flask: the answers equal those of the Flask route, for every form of request."""

import json
from io import BytesIO

import psycopg
import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from service.stripe_events.inbox import MAX_BODY_BYTES
from tests.conftest import plain_address
from tests.contributions.world import Newsroom
from tests.stripe_events.webhook import event, send, signed

PATH = "/webhooks/stripe"


class CountingInput(BytesIO):
    """A request body that counts how many bytes were read."""

    byte_count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.byte_count += len(found)
        return found

    def readinto(self, buffer: bytearray, /) -> int:  # type: ignore[override]
        found = super().readinto(buffer)
        self.byte_count += found
        return found


def posted(newsroom: Newsroom, body: CountingInput, header: str, **environ: object) -> tuple[int, bytes]:
    """Post with a hand-made environ, so that the length can be missing. Return status and body of the answer."""
    built = EnvironBuilder(PATH, method="POST", headers=[("Stripe-Signature", header)]).get_environ()
    built.pop("CONTENT_LENGTH", None)
    built.update({"wsgi.input": body, **environ})
    answer, status, _ = run_wsgi_app(newsroom.client.application.wsgi_app, built, buffered=True)
    return int(status.partition(" ")[0]), b"".join(answer)


def chunked() -> dict[str, object]:
    """Return the environ of a chunked request, whose length is not known beforehand."""
    return {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}


def test_the_flask_route_finds_the_events_that_the_fast_path_saved(newsroom: Newsroom) -> None:
    first, again = json.dumps(event()).encode(), json.dumps(event("evt_2", "invented.by_stripe.tomorrow")).encode()
    now = newsroom.clock().timestamp()
    for body in (first, again):
        fast = newsroom.client.post(PATH, data=body, headers={"Stripe-Signature": signed(body.decode(), now)})
        flask = posted(newsroom, CountingInput(body), signed(body.decode(), now), **chunked())
        assert (fast.status_code, flask[0]) == (200, 200)
        assert fast.get_json()["status"] in {"kept", "ignored"}
        assert json.loads(flask[1]) == {"status": "repeated"}

    assert newsroom.rows("SELECT id, status FROM stripe_events ORDER BY id") == [
        ("evt_1", "received"),
        ("evt_2", "ignored"),
    ]


def test_a_chunked_body_is_read_to_the_limit_and_no_further(newsroom: Newsroom) -> None:
    body = CountingInput(b" " * (MAX_BODY_BYTES * 3))

    status, _ = posted(newsroom, body, "t=1,v1=a", **chunked())

    assert status == 413
    assert body.byte_count <= MAX_BODY_BYTES + 1


def test_a_body_whose_stated_length_is_too_long_is_not_read(newsroom: Newsroom) -> None:
    body = CountingInput(b" " * 10)

    status, _ = posted(newsroom, body, "t=1,v1=a", CONTENT_LENGTH=str(MAX_BODY_BYTES + 1))

    assert (status, body.byte_count) == (413, 0)


@pytest.mark.parametrize("length", ["", "-1", "abc", "٣", "1e3"])
def test_a_body_without_a_valid_length_is_refused(newsroom: Newsroom, length: str) -> None:
    status, _ = posted(newsroom, CountingInput(b"{}"), "t=1,v1=a", CONTENT_LENGTH=length)

    assert status == 400


def test_a_body_cut_short_is_refused(newsroom: Newsroom) -> None:
    body = json.dumps(event()).encode()
    header = signed(body.decode(), newsroom.clock().timestamp())

    status, _ = posted(newsroom, CountingInput(body[:-5]), header, CONTENT_LENGTH=str(len(body)))

    assert status == 400
    assert newsroom.rows("SELECT count(*) FROM stripe_events") == [(0,)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_other_methods_are_not_allowed(newsroom: Newsroom, method: str) -> None:
    answer = newsroom.client.open(PATH, method=method)

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_a_delivery_succeeds_after_the_database_dropped_connections(newsroom: Newsroom, database_address: str) -> None:
    assert send(newsroom, event()).status_code == 200
    drop_connections(database_address)

    assert send(newsroom, event("evt_2")).status_code == 200
    assert newsroom.rows("SELECT count(*) FROM stripe_events") == [(2,)]


def test_a_read_only_database_means_503(newsroom: Newsroom, database_address: str) -> None:
    assert send(newsroom, event()).status_code == 200
    drop_connections(database_address, "SET default_transaction_read_only = on")

    answer = send(newsroom, event("evt_2"))

    assert answer.status_code == 503
    assert (answer.get_json()["code"], answer.headers["Retry-After"]) == ("store_unavailable", "30")
    assert newsroom.rows("SELECT count(*) FROM stripe_events") == [(1,)]


def drop_connections(address: str, first: str | None = None) -> None:
    """End all other sessions of this database, as a restart does. `first` is an ALTER DATABASE clause to run first."""
    with psycopg.connect(plain_address(address), autocommit=True) as owner:
        name = owner.info.dbname
        if first is not None:
            owner.execute(f"ALTER DATABASE {name} {first}")
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
            (name,),
        )
