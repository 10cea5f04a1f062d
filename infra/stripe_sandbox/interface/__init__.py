"""What Stripe's API of the pinned version looks like: fields of each object, parameters of each route.

Both files are written by generate.mjs from the type declarations Stripe publishes with its own SDK;
served.json names the parts we serve.
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
