"""Stripe's API in the pinned version: the fields of each object and the parameters of each route.

generate.mjs writes shapes.json and parameters.json from the type declarations in Stripe's own library.
served.json lists the objects and routes that the sandbox serves.
"""

import json
from pathlib import Path
from typing import Any

Shape = dict[str, Any]

_folder = Path(__file__).parent
_shapes = json.loads((_folder / "shapes.json").read_text("utf-8"))
_parameters = json.loads((_folder / "parameters.json").read_text("utf-8"))

API_VERSION: str = _shapes["api_version"]
SHAPES: dict[str, Shape] = _shapes["objects"]
PARAMETERS: dict[str, Any] = _parameters["routes"]

EVENT_TYPES: frozenset[str] = frozenset(
    PARAMETERS["POST /v1/webhook_endpoints"]["hash"]["enabled_events"]["array"]["enum"]
)
