"""Answers plain decide requests ahead of Flask's dispatch, which costs more than the decision itself.

The same contract, engine and answer as the Flask route: whatever is not plain (a preflight, a fault, anything refused,
a signed preview, a signed-in reader) is handed on untouched. A property test holds the two equal.
"""

from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]
