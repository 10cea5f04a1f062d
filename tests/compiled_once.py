"""Keep what Werkzeug and SQLAlchemy compile, because most tests build an application and an engine of their own.

Without this, a test spends most of its time on compiling the routes and the statements that the test before had too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


@contextmanager
def routes_compiled_once() -> Iterator[None]:
    """Let equal routes of all applications share the function that builds their addresses."""
    compile_builder = Rule._compile_builder
    kept: dict[tuple[object, ...], Builder] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Builder:
        key = (append_unknown, rule.rule, repr(rule.defaults), *rule._trace)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", builder)
        yield


class KeptStatements(dict[Any, Any]):
    """A cache of compiled statements. Its keys hold the class of an engine's dialect, so that all engines share it."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


@contextmanager
def statements_compiled_once() -> Iterator[None]:
    """Let all engines share the SQL of equal statements."""
    kept = KeptStatements()

    def use_kept(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)

    event.listen(Engine, "engine_connect", use_kept)
    try:
        yield
    finally:
        event.remove(Engine, "engine_connect", use_kept)
