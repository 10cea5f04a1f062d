"""Databases with the books of a random quarter. Recording one takes seconds, so each test gets a copy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from zoneinfo import ZoneInfo

from service.clock import Clock
from service.database.engine import application_engine
from service.exports.exporting import Exports
from service.settings import Settings
from tests.conftest import address_of, copied_database
from tests.exports.quarter import record_quarter
from tests.exports.world import Finance
from tests.ledger.world import Books

Quarter = Callable[[int], Finance]


class QuarterDatabases:
    """A database for each seed, in which its quarter is recorded when a test first asks for it."""

    def __init__(self, server: str, template: str, kept: ExitStack) -> None:
        self._server, self._template, self._kept = server, template, kept
        self._names: dict[int, str] = {}

    @contextmanager
    def copy(self, seed: int, settings: Settings, clock: Clock) -> Iterator[Finance]:
        """Open a copy of the books of a seed, and drop it at the end of the block."""
        if seed not in self._names:
            self._names[seed] = self._recorded(seed, settings, clock)
        with (
            copied_database(self._server, self._names[seed]) as name,
            self._open(name, settings, clock) as finance,
        ):
            yield finance

    def _recorded(self, seed: int, settings: Settings, clock: Clock) -> str:
        name = self._kept.enter_context(copied_database(self._server, self._template))
        with self._open(name, settings, clock) as finance:
            record_quarter(finance, seed)
        return name

    @contextmanager
    def _open(self, name: str, settings: Settings, clock: Clock) -> Iterator[Finance]:
        engine = application_engine(address_of(self._server, name))
        try:
            yield Finance(Exports(engine, settings, clock), Books(engine, ZoneInfo(settings.accounting_timezone)))
        finally:
            engine.dispose()
