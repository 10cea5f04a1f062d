"""A stand-in for the decision service: the real widget files, and answers a test chooses, over loopback."""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, request
from flask_smorest import Api
from werkzeug.serving import make_server

from service.contributions.checkout.card_testing import is_proof
from service.money import major_text
from service.services import EXTENSION
from service.widget.api import blueprint

OWNERSHIP = (
    "Nobody owns the Courier but the people who work on it. When we read two hundred pages so that you do not have to, "
    "no shareholder asks what it earned."
)
ADVERTISING = (
    "Advertising now pays for less than a third of our reporting. The rest comes from readers who can spare a little, "
    "for everyone who cannot."
)

Answer = Callable[[dict[str, Any]], Any]


def prompt(**changes: Any) -> dict[str, Any]:
    """A complete prompt of kind epic; keyword arguments replace its fields, `copy__x` and `ask__x` reach inside."""
    made: dict[str, Any] = {
        "placement": "article_top",
        "kind": "epic",
        "campaign": "autumn",
        "variant": "control",
        "copy": {
            "language": "en",
            "heading": "You have read seven of our stories this month",
            "subheading": "Every one of them was free to read. Keeping it so takes more than advertising.",
            "paragraphs": [OWNERSHIP, ADVERTISING],
            "highlight": "If you can, please give what suits you. It keeps the Courier open to the whole town.",
            "button": "Support the Courier",
            "footnote": None,
        },
        "ask": {
            "currency": "EUR",
            "exponent": 2,
            "default_interval": "one_off",
            "can_cover_fee": False,
            "allows_own_amount": True,
            "intervals": [
                {
                    "interval": name,
                    "amounts_minor": amounts,
                    "default_minor": amounts[1],
                    "minimum_minor": 100,
                    "maximum_minor": 200_000,
                }
                for name, amounts in (
                    ("one_off", [500, 1000, 2500]),
                    ("month", [300, 500, 1000]),
                    ("year", [3000, 5000, 10_000]),
                )
            ],
        },
        "design": {"accent": "#0b5563"},
        "ticker": None,
        "gate": None,
        "is_dismissible": True,
        "prompt_token": "tok_0123456789abcdef",
    }
    for name, value in changes.items():
        part, _, key = name.partition("__")
        if key:
            made[part][key] = value
        else:
            made[name] = value
    return made


def decision(*prompts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A complete answer of `POST /v1/decide` with these prompts."""
    return {
        "decision_id": "dec_1",
        "prompts": list(prompts),
        "access": {"state": "open", "used": 0, "allowance": None, "resets_at": None},
        "reader": {"article_count": 7, "supporter": "none"},
        "passport": None,
        **changes,
    }


@dataclass
class Stub:
    """What the service was asked, and what it shall answer. `decide` may return JSON or a whole Response."""

    url: str = ""
    decide: Answer = field(default=lambda _: decision())
    decides: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    checkouts: list[dict[str, Any]] = field(default_factory=list)
    erasures: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    checkout_status: int = 200
    wants_proof: bool = False
    least_minor: int = 0
    event_status: int = 200

    def forget_all(self) -> None:
        """Back to an answer with nothing to show, and nothing asked yet."""
        fresh = Stub(url=self.url)
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(fresh, name))

    def show(self, *prompts: dict[str, Any], **changes: Any) -> None:
        """Answer each decision with these prompts."""
        self.decide = lambda _: decision(*copy.deepcopy(prompts), **changes)

    def event_names(self) -> list[str]:
        return [event["event"] for event in self.events]


def create_stub(stub: Stub) -> Flask:
    """The stand-in as an application. Answers carry CORS headers for any page."""
    app = Flask(__name__)
    app.config.update(API_TITLE="stub", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.extensions[EXTENSION] = SimpleNamespace(settings=SimpleNamespace(widget_off=()))
    Api(app).register_blueprint(blueprint)
    app.after_request(allow_any_page)

    @app.post("/v1/decide")
    def decide() -> Any:
        body = json.loads(request.get_data())
        stub.decides.append(body | {"_cookie": request.headers.get("Cookie")})
        return stub.decide(body)

    @app.post("/v1/events")
    def event() -> Any:
        body = json.loads(request.get_data())
        stub.events.append(body)
        return {"passport": "p-" + body["event"] if "passport" in body else None}, stub.event_status

    @app.post("/v1/checkout")
    def checkout() -> Any:
        body = json.loads(request.get_data())
        stub.checkouts.append(body)
        refused = refusal(stub, body)
        if refused:
            return refused, refused["status"]
        held = {"passport": body["passport"] + "+begun"} if "passport" in body else {}
        return {"checkout_url": stub.url + "/hosted"} | held, stub.checkout_status

    @app.get("/hosted")
    def hosted() -> str:
        return "<!doctype html><title>Pay</title><h1>Hosted page</h1>"

    @app.delete("/v1/passport")
    def erase() -> Any:
        stub.erasures.append(request.args["site"])
        return "", 204

    app.add_url_rule("/v1/receipt", "receipt", receipt, methods=["POST"])

    @app.before_request
    def note() -> None:
        stub.paths.append(f"{request.method} {request.path}")

    return app


def refusal(stub: Stub, body: dict[str, Any]) -> dict[str, Any] | None:
    """Why this gift is not taken now, as the service says it."""
    if stub.wants_proof and not is_proof(body["prompt_token"], body.get("proof")):
        return {"code": "proof_needed", "status": 403}
    if body["amount_minor"] < stub.least_minor:
        title = f"the least is {major_text(stub.least_minor, body['currency'])} {body['currency']}"
        limits = {"minimum_minor": stub.least_minor, "maximum_minor": 200_000, "currency": body["currency"]}
        return {"code": "invalid_amount", "status": 422, "title": title, **limits}
    return None


def receipt() -> Any:
    """The passport handed in, with the receipt on it."""
    body = json.loads(request.get_data())
    return {"passport": body["passport"] + "+" + body["receipt"]}


def allow_any_page(response: Response) -> Response:
    if request.method != "GET":
        response.headers["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Allow-Methods"] = "DELETE, POST"
    return response


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a free loopback port, in a thread, for as long as the block lasts."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
