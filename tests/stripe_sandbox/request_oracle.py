"""Checks requests to the sandbox against the parameter types of stripe-python, without the sandbox's own parser."""

import importlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_sandbox.type_oracle import FormText, check_request

SERVED: dict[str, str] = json.loads(Path("infra/stripe_sandbox/interface/served.json").read_text("utf-8"))["routes"]
PACKAGES = {"Checkout": "checkout", "BillingPortal": "billing_portal", "TestHelpers": "test_helpers", "Radar": "radar"}
#: Parameters that have another name in stripe-python than in Stripe's library for Node.
RENAMED = {"InvoiceListLineItemsParams": "InvoiceLineItemListParams"}


def check_form(method: str, path: str, form: str) -> list[str]:
    """Return the problems of a form-encoded request. The form of a GET is its query."""
    route = _route(method, path)
    if route is None:
        return [f"{method} {path}: no such route"]
    return check_request(_params_class(SERVED[route]), _nested(form))


def _route(method: str, path: str) -> str | None:
    matches = [name for name in SERVED if name.startswith(f"{method} ") and _pattern(name).fullmatch(path)]
    return min(matches, key=lambda name: name.count("{"), default=None)


def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(route.partition(" ")[2].replace("{id}", "[^/]+"))


def _params_class(reference: str) -> type:
    package, _, name = reference.partition("#")[2].rpartition(".")
    module = ".".join(["stripe.params", *([PACKAGES[package]] if package else [])])
    found: type = getattr(importlib.import_module(module), RENAMED.get(name, name))
    return found


def _nested(form: str) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        steps = re.findall(r"[^\[\]]+", name)
        node = root
        for step in steps[:-1]:
            node = node.setdefault(step, {})
        node[steps[-1]] = FormText(value)
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(below) for key, below in value.items()}
