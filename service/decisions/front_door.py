"""Answers plain decide requests ahead of Flask's dispatch, which costs more than the decision itself.

The same contract, engine and answer as the Flask route: whatever is not plain (a preflight, a fault, anything refused,
a signed preview, a signed-in reader) is handed on untouched. A property test holds the two equal.
"""

import io
import json
from collections.abc import Callable, Iterable
from typing import Any

from schemas.decide import DecideSchema
from schemas.remembering import RememberingSchema
from service.decisions.act import answer_view
from service.decisions.compile_cache import CompiledSites
from service.decisions.passport import PASSPORT_DAYS
from service.decisions.render import answer_body
from service.decisions.view import Carrier, ViewRequest
from service.ids import new_id

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
