"""A Stripe that says only what a test puts into its mouth: objects by id, lists, and a balance that sums movements."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from service.stripe_events.facts import ContributionMark, Interval
from service.stripe_gateway.marks import mark_metadata

Json = dict[str, Any]
FIRST = 1_793_500_000  # 2026-11-01T00:26:40Z


class ScriptedStripe:
    """`put` objects, `carry` movements by a payout, say which requests are failing; then let the service ask."""

    def __init__(self) -> None:
        self.objects: dict[str, Json] = {}
        self.payout_of: dict[str, str] = {}
        self.is_failing: Callable[[str, Mapping[str, str]], bool] = lambda _path, _query: False

    def put(self, *objects: Json) -> None:
        for found in objects:
            self.objects[found["id"]] = found

    def carry(self, payout_id: str, *transaction_ids: str) -> None:
        self.payout_of |= dict.fromkeys(transaction_ids, payout_id)

    def answer(self, address: str) -> tuple[int, Json]:
        """The status and body for a GET of this address. A list says where its next page is to be asked for."""
        parts, pairs = urlsplit(address), parse_qsl(urlsplit(address).query)
        query = dict(pairs)
        if self.is_failing(parts.path, query):
            return 500, {"error": {"type": "api_error", "message": "scripted"}}
        match parts.path.split("/")[2:]:
            case ["balance"]:
                return 200, self._balance()
            case ["balance_transactions"]:
                return 200, {"url": parts.path} | self._page(self._movements(query), query)
            case ["payouts"]:
                return 200, {"url": parts.path} | self._page(self._of("payout"), query)
            case ["refunds"]:
                return 200, self._page(
                    [each for each in self._of("refund") if each["charge"] == query["charge"]], query
                )
            case [*_, "invoice_payments"]:
                return 200, self._page([], query)
            case [*_, id_] if id_ in self.objects:
                return 200, self._expanded(self.objects[id_], [value for key, value in pairs if "expand" in key])
        return 404, {
            "error": {"type": "invalid_request_error", "code": "resource_missing", "message": f"No {parts.path}"}
        }

    def _of(self, kind: str) -> list[Json]:
        return [found for found in self.objects.values() if found["object"] == kind]

    def _movements(self, query: Mapping[str, str]) -> list[Json]:
        payout_id, since = query.get("payout"), int(query.get("created[gte]", 0))
        return [
            found
            for found in self._of("balance_transaction")
            if found["created"] >= since and (payout_id is None or self.payout_of.get(found["id"]) == payout_id)
        ]

    def _balance(self) -> Json:
        held: dict[str, int] = {}
        for found in self._of("balance_transaction"):
            if found["balance_type"] == "payments":
                held[found["currency"]] = held.get(found["currency"], 0) + found["net"]
        rows = [{"currency": code, "amount": amount} for code, amount in held.items()]
        return {"object": "balance", "available": rows, "pending": []}

    def _page(self, found: list[Json], query: Mapping[str, str]) -> Json:
        newest_first = sorted(found, key=lambda each: (-each["created"], each["id"]))
        after = query.get("starting_after")
        first = [each["id"] for each in newest_first].index(after) + 1 if after else 0
        last = first + int(query.get("limit", 10))
        return {"object": "list", "has_more": last < len(newest_first), "data": newest_first[first:last]}

    def _expanded(self, found: Json, names: list[str]) -> Json:
        return found | {name: self.objects[found[name]] for name in names if found.get(name) in self.objects}


@contextmanager
def serving(stripe: ScriptedStripe) -> Iterator[str]:
    """The address it answers at, on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = stripe.answer(self.path)
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def marked(number: int = 1, interval: Interval = Interval.ONE_OFF) -> Json:
    """The metadata of a contribution of ours."""
    return dict(mark_metadata(ContributionMark(f"ctb_{number}", "gazette", interval)))


def movement(id_: str, category: str, amount: int, source: str | None, **given: Any) -> Json:
    """A balance transaction; `fee` includes `tax`; `hours` after the first."""
    fee, tax, currency = given.get("fee", 0), given.get("tax", 0), given.get("currency", "eur")
    details = [("stripe_fee", fee - tax), ("tax", tax)]
    return {
        "id": id_,
        "object": "balance_transaction",
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": currency,
        "reporting_category": category,
        "type": category,
        "source": source,
        "status": "available",
        "balance_type": given.get("balance_type", "payments"),
        "created": FIRST + 3600 * given.get("hours", 0),
        "available_on": FIRST + 3600 * (given.get("hours", 0) + 48),
        "fee_details": [{"type": kind, "amount": part, "currency": currency} for kind, part in details if part],
    }


def charge(id_: str, amount: int, transaction: str | None = None, **given: Any) -> Json:
    status = given.pop("status", "succeeded")
    return {
        "id": id_,
        "object": "charge",
        "amount": amount,
        "amount_captured": amount if status == "succeeded" else 0,
        "amount_refunded": 0,
        "currency": "eur",
        "status": status,
        "paid": status == "succeeded",
        "captured": True,
        "balance_transaction": transaction,
        "customer": "cus_1",
        "metadata": marked(),
        "livemode": False,
        "created": FIRST,
    } | given


def refund(id_: str, charge_id: str, amount: int, transaction: str | None, **given: Any) -> Json:
    return {
        "id": id_,
        "object": "refund",
        "amount": amount,
        "charge": charge_id,
        "currency": "eur",
        "status": "succeeded",
        "balance_transaction": transaction,
        "created": FIRST,
    } | given


def dispute(id_: str, charge_id: str, amount: int, status: str, *transactions: Json) -> Json:
    return {
        "id": id_,
        "object": "dispute",
        "amount": amount,
        "charge": charge_id,
        "currency": "eur",
        "status": status,
        "balance_transactions": list(transactions),
        "created": FIRST,
        "livemode": False,
        "is_charge_refundable": False,
        "evidence_details": {},
    }


def payout(id_: str, amount: int, status: str, transaction: str, **given: Any) -> Json:
    return {
        "id": id_,
        "object": "payout",
        "amount": amount,
        "currency": "eur",
        "status": status,
        "automatic": True,
        "livemode": False,
        "method": "standard",
        "reconciliation_status": "completed",
        "balance_transaction": transaction,
        "arrival_date": FIRST + 5 * 86_400,
        "created": FIRST + 86_400,
    } | given
