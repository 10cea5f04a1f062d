"""Events that arrive at one moment: how they are answered, and when what they tell is in the ledger."""

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
    """What became of events that arrived at once. Times in seconds."""

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
        """Whether nothing was lost and nothing was booked twice."""
        return {self.accepted, self.inbox_rows, self.entries} == {self.sent} and not self.waiting


def send_burst(ports: Ports, address: str, events: Sequence[bytes]) -> Burst:
    """Send what the sandbox has to tell about as many payments at one moment, and follow it into the ledger."""
    count = len(events)
    began_at = time.time()
    answers = asyncio.run(_send_at_once(ports.service, [signed_message("/webhooks/stripe", each) for each in events]))
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
    """Pay `count` times in the sandbox and give its `charge.succeeded` events, as it would send them."""
    stop = {"enabled": "true", "allow_redirects": "never"}

    def pay(number: int) -> None:
        client = stripe.StripeClient(STRIPE_API_KEY, base_addresses={"api": sandbox_url})
        wanted: Any = {
            "amount": 500 + number % 5000,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
            "automatic_payment_methods": stop,
            "metadata": {**MARK, "keepopen_contribution": f"ctb_bench{number}"},
        }
        client.v1.payment_intents.create(wanted)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(pay, range(count)))
    while _list(sandbox_url, "charges", limit="1")[0]["balance_transaction"] is None:
        time.sleep(POLL_SECONDS)  # Stripe books a moment later, and tells of that by another event
    events: list[dict[str, Any]] = []
    while len(events) < count:
        after = {"starting_after": events[-1]["id"]} if events else {}
        events += _list(sandbox_url, "events", type="charge.succeeded", limit=str(PAGE_SIZE), **after)
    return [json.dumps(each).encode() for each in events]


def _list(sandbox_url: str, what: str, **query: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{sandbox_url}/v1/{what}", query, auth=(STRIPE_API_KEY, ""), timeout=60)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


async def _send_at_once(port: int, messages: Sequence[bytes]) -> list[tuple[int, float]]:
    """Each message on a connection of its own, all begun together: status and seconds of each."""

    async def send(message: bytes) -> tuple[int, float]:
        began = time.perf_counter()
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(message)
        head = await reader.readuntil(b"\r\n\r\n")
        took = time.perf_counter() - began
        writer.close()
        return int(head.split(b" ", 2)[1]), took

    return await asyncio.gather(*(send(each) for each in messages))


def _await_entries(address: str, count: int) -> list[float]:
    """Times at which the charges were posted, once `count` are, or patience has ended."""
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
