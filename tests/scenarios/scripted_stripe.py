"""A stand-in for Stripe that answers with the objects it was given, in the form of Stripe's API, without any rules.

It shares no code with the sandbox in `infra/`, so that an error in one does not hide in the other.
"""

import copy
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from werkzeug import Request, Response
from werkzeug.serving import make_server

Json = dict[str, Any]

# The `object` field of what the list at each address holds.
COLLECTIONS = {
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "checkout/sessions": "checkout.session",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "invoice_payments": "invoice_payment",
    "invoices": "invoice",
    "mandates": "mandate",
    "payment_intents": "payment_intent",
    "payment_methods": "payment_method",
    "payouts": "payout",
    "radar/early_fraud_warnings": "radar.early_fraud_warning",
    "refunds": "refund",
    "reviews": "review",
    "subscriptions": "subscription",
}
_PAGING = frozenset({"limit", "starting_after", "ending_before", "expand"})
_COMPARISONS = {
    "gte": lambda value, bound: value >= bound,
    "gt": lambda value, bound: value > bound,
    "lte": lambda value, bound: value <= bound,
    "lt": lambda value, bound: value < bound,
}


@dataclass
class Fault:
    """An error that replaces the next `times` answers to addresses that begin with `path`."""

    path: str
    status: int
    times: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ScriptedStripe:
    """Objects by id, and how they are served.

    With `does_expand` False, answers have ids even if the request asks for expanded objects. With `does_filter` False,
    a list ignores the filters of the request.
    """

    objects: dict[str, Json] = field(default_factory=dict)
    payout_of: dict[str, str] = field(default_factory=dict)  # balance transaction -> payout
    asked: list[tuple[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    does_expand: bool = True
    does_filter: bool = True
    page_size: int = 100
    before_answer: Callable[[str], object] = str
    refund_keys: dict[str, int] = field(default_factory=dict)  # idempotency key -> number of its refund
    turn: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def put(self, *items: Json) -> None:
        """Add objects, or change the given fields of existing objects."""
        for item in items:
            self.objects[item["id"]] = {**self.objects.get(item["id"], {}), **item}

    def of_kind(self, kind: str) -> list[Json]:
        """Return the objects of a kind, newest first, as Stripe lists them."""
        items = [item for item in self.objects.values() if item["object"] == kind]
        return sorted(items, key=lambda item: (item.get("created", 0), item["id"]), reverse=True)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.asked.append((request.method, request.path))
        self.before_answer(request.path)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        for fault in self.faults:
            if fault.times > 0 and request.path.startswith(fault.path):
                fault.times -= 1
                return _json({"error": {"type": "api_error", "message": "scripted fault"}}, fault.status, fault.headers)
        path = request.path.removeprefix("/v1/")
        given = request.get_data(as_text=True) if request.method == "POST" else request.query_string.decode()
        fields = _fields(given)
        if request.method == "POST" and path == "checkout/sessions":
            return _json(self._open_session(fields))
        if request.method == "POST" and path == "refunds":
            return self._refund(fields, request.headers["Idempotency-Key"])
        if request.method == "GET" and path == "balance":
            return _json(self._balance())
        if request.method == "GET" and path in COLLECTIONS:
            return _json(self._page(path, fields))
        collection, _, object_id = path.rpartition("/")
        found = self.objects.get(object_id)
        if request.method != "GET" or found is None or COLLECTIONS.get(collection) != found["object"]:
            return _json({"error": {"type": "invalid_request_error", "code": "resource_missing"}}, 404)
        return _json(self._expanded(found, _expansions(fields)))

    def _page(self, path: str, fields: Mapping[str, str]) -> Json:
        rows = [row for row in self.of_kind(COLLECTIONS[path]) if self._matches(row, fields)]
        if after := fields.get("starting_after"):
            rows = rows[[row["id"] for row in rows].index(after) + 1 :]
        limit = min(int(fields.get("limit", 10)), self.page_size)
        inner = [expansion.removeprefix("data.") for expansion in _expansions(fields)]
        data = [self._expanded(row, inner) for row in rows[:limit]]
        return {"object": "list", "url": f"/v1/{path}", "has_more": len(rows) > limit, "data": data}

    def _matches(self, found: Json, fields: Mapping[str, str]) -> bool:
        for name, value in fields.items() if self.does_filter else ():
            outer, *inner = name.replace("]", "").split("[")
            if outer in _PAGING:
                continue
            if outer == "payout":
                if self.payout_of.get(found["id"]) != value:
                    return False
            elif inner and inner[0] in _COMPARISONS:
                if not _COMPARISONS[inner[0]](found[outer], int(value)):
                    return False
            elif str(_at(found, [outer, *inner])) != value:
                return False
        return True

    def _expanded(self, found: Json, expansions: list[str]) -> Json:
        answer = copy.deepcopy(found)
        if self.does_expand:
            for path in expansions:
                self._expand(answer, path.split("."))
        return answer

    def _expand(self, holder: Any, path: list[str]) -> None:
        name, rest = path[0], path[1:]
        if isinstance(holder, list):
            for item in holder:
                self._expand(item, path)
            return
        value = holder.get(name) if isinstance(holder, dict) else None
        if isinstance(value, str):
            value = holder[name] = copy.deepcopy(self.objects.get(value, value))
        if rest and isinstance(value, dict | list):
            self._expand(value, rest)

    def _open_session(self, fields: Mapping[str, str]) -> Json:
        """Create a Checkout Session that keeps the fields of the request."""
        number = len(self.of_kind("checkout.session")) + 1
        price = "line_items[0][price_data]"
        session = {
            "id": f"cs_test_{number}",
            "object": "checkout.session",
            "url": f"https://checkout.invalid/c/pay/cs_test_{number}",
            "mode": fields["mode"],
            "status": "open",
            "payment_status": "unpaid",
            "amount_total": int(fields[f"{price}[unit_amount]"]),
            "currency": fields[f"{price}[currency]"],
            "created": int(fields["expires_at"]) - 3600,
            "expires_at": int(fields["expires_at"]),
            "livemode": False,
            "client_reference_id": fields.get("client_reference_id"),
            "metadata": _under(fields, "metadata"),
            "customer": None,
            "payment_intent": None,
            "subscription": None,
            "invoice": None,
            "_intent_metadata": _under(fields, "payment_intent_data[metadata]"),
            "_subscription_metadata": _under(fields, "subscription_data[metadata]"),
            "_interval": fields.get(f"{price}[recurring][interval]"),
        }
        self.put(session)
        return session

    def _refund(self, fields: Mapping[str, str], key: str) -> Response:
        """Create a refund, or return the earlier one with this key. Refuse more than is left of the charge."""
        with self.turn:
            id_ = f"re_{self.refund_keys.setdefault(key, len(self.refund_keys) + 1)}"
            of_charge, amount = self.objects[fields["charge"]], int(fields["amount"])
            if id_ in self.objects:
                return _json(self.objects[id_])
            if of_charge["amount_refunded"] + amount > of_charge["amount_captured"]:
                return _json({"error": {"type": "invalid_request_error", "message": "more than is left"}}, 400)
            of_charge["amount_refunded"] += amount
            self.put(
                {
                    "id": id_,
                    "object": "refund",
                    "status": "succeeded",
                    "amount": amount,
                    "currency": of_charge["currency"],
                    "charge": of_charge["id"],
                    "payment_intent": of_charge["payment_intent"],
                    "created": of_charge["created"],
                    "metadata": _under(fields, "metadata"),
                    "balance_transaction": None,
                    "failure_balance_transaction": None,
                }
            )
            return _json(self.objects[id_])

    def _balance(self) -> Json:
        totals: dict[str, int] = {}
        for transaction in self.of_kind("balance_transaction"):
            code = transaction["currency"]
            totals[code] = totals.get(code, 0) + transaction["net"]
        rows = [{"amount": amount, "currency": code} for code, amount in totals.items()]
        return {"object": "balance", "livemode": False, "available": rows, "pending": []}


def _json(body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    known = {name: value for name, value in body.items() if not name.startswith("_")}
    answer = Response(json.dumps(known), status=status, mimetype="application/json")
    answer.headers.update({"Request-Id": "req_1", **(headers or {})})
    return answer


def _fields(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _under(fields: Mapping[str, str], name: str) -> dict[str, str]:
    return {key[len(name) + 1 : -1]: value for key, value in fields.items() if key.startswith(f"{name}[")}


def _expansions(fields: Mapping[str, str]) -> list[str]:
    return [value for name, value in fields.items() if name.startswith("expand[")]


def _at(found: Any, path: list[str]) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    return found.get("id") if isinstance(found, dict) else found


@contextmanager
def serving(stripe: ScriptedStripe) -> Iterator[ScriptedStripe]:
    """Serve the scripted Stripe on a free loopback port until the end of the block."""
    server = make_server("127.0.0.1", 0, stripe, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    stripe.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stripe
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
