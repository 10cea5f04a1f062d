"""Send many events at once, and measure how soon they are answered and posted to the ledger."""

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import requests
import stripe

from infra.bench.webhook_rate import signed_message
from service.demo.processes import HOST, Ports
from service.demo.settings import STRIPE_API_KEY

PAGE_SIZE = 100
POLL_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
MARK = {
    "keepopen_schema": "1",
    "keepopen_site": "courier",
    "keepopen_interval": "one_off",
    "keepopen_campaign": "autumn",
}


@dataclass(frozen=True, slots=True)
class Burst:
    """The result of a burst: counts of events, and quantiles of times in seconds.

    `waiting` counts events that are not done. `answer_*` are times to the answer, `ledger_*` times to the ledger entry.
    """

    sent: int
    accepted: int
    inbox_rows: int
    waiting: int
    entries: int
    answer_p50: float
    answer_p99: float
    ledger_p50: float
    ledger_p99: float

    @property
    def is_whole(self) -> bool:
        """Whether no event was lost and none was posted twice."""
        return {self.accepted, self.inbox_rows, self.entries} == {self.sent} and not self.waiting


def send_burst(ports: Ports, address: str, events: Sequence[bytes]) -> Burst:
    """Send these events at once, wait until they are in the ledger, and return the result."""
    count = len(events)
    began_at = time.time()
    answers = asyncio.run(_send_at_once(ports.service, [signed_message("/webhooks/stripe", event) for event in events]))
    posted_at = _await_entries(address, count)
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT count(*), count(*) FILTER (WHERE status <> 'done') FROM stripe_events")
        inbox_rows, waiting = rows.fetchone() or (0, 0)
    seconds = sorted(at - began_at for at in posted_at)
    times = sorted(took for _, took in answers)
    return Burst(
        sent=count,
        accepted=sum(status == 200 for status, _ in answers),
        inbox_rows=inbox_rows,
        waiting=waiting,
        entries=len(posted_at),
        answer_p50=_quantile(times, 0.5),
        answer_p99=_quantile(times, 0.99),
        ledger_p50=_quantile(seconds, 0.5),
        ledger_p99=_quantile(seconds, 0.99),
    )


def events_of_payments(sandbox_url: str, count: int) -> list[bytes]:
    """Pay `count` times in the sandbox and return its `charge.succeeded` events, as it would send them."""
    without_redirects = {"enabled": "true", "allow_redirects": "never"}

    def pay(number: int) -> None:
        client = stripe.StripeClient(STRIPE_API_KEY, base_addresses={"api": sandbox_url})
        wanted: Any = {
            "amount": 500 + number % 5000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": without_redirects,
            "metadata": {**MARK, "keepopen_contribution": f"ctb_bench{number}"},
        }
        client.v1.payment_intents.create(wanted)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(pay, range(count)))
    while _list(sandbox_url, "charges", limit="1")[0]["balance_transaction"] is None:
        time.sleep(POLL_SECONDS)  # the sandbox adds the balance transaction a moment later, as Stripe does
    events: list[dict[str, Any]] = []
    while len(events) < count:
        after = {"starting_after": events[-1]["id"]} if events else {}
        events += _list(sandbox_url, "events", type="charge.succeeded", limit=str(PAGE_SIZE), **after)
    return [json.dumps(event).encode() for event in events]


def _list(sandbox_url: str, what: str, **query: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{sandbox_url}/v1/{what}", query, auth=(STRIPE_API_KEY, ""), timeout=60)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def _send_at_once(port: int, messages: Sequence[bytes]) -> list[tuple[int, float]]:
    """Send each message on its own connection, all at once. Return (status, seconds) for each."""

    async def send(message: bytes) -> tuple[int, float]:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        took = time.perf_counter() - began
        writer.close()
        return int(head.split(b" ", 2)[1]), took

    return await asyncio.gather(*(send(message) for message in messages))


def _await_entries(address: str, count: int) -> list[float]:
    """Wait until `count` charges are posted and no event waits, at most PATIENCE_SECONDS.

    Return the times of the posted charges in seconds since 1970.
    """
    query = "SELECT extract(epoch FROM posted_at)::float8 FROM ledger_entries WHERE source_type = 'charge'"
    deadline = time.monotonic() + PATIENCE_SECONDS
    with psycopg.connect(address, autocommit=True) as connection:
        while True:
            found = [row[0] for row in connection.execute(query)]
            open_events = "SELECT count(*) FROM stripe_events WHERE status IN ('received', 'failing')"
            waiting = (connection.execute(open_events).fetchone() or (0,))[0]
            if (len(found) >= count and not waiting) or time.monotonic() > deadline:
                return found
            time.sleep(POLL_SECONDS)


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("inf")
