"""The services that every act may need, as a frozen value. Flask carries it to the views, the worker to the jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

import procrastinate
from flask import current_app
from sqlalchemy import Engine

from service.clock import Clock
from service.metrics import Metrics
from service.sealing import KeyRing
from service.settings import Settings, SettingsError
from service.stripe_gateway import StripeGateway

EXTENSION = "keepopen"

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Services:
    """The settings, connections and clients that acts use.

    - `engine`: connects as a role that cannot change or delete ledger rows.
    - `inbox`: connects as the same role, for single statements that must be fast.
    - `parts`: the objects that rooms keep in memory, by class, so that this module does not import the rooms.
    """

    settings: Settings
    engine: Engine
    inbox: Engine
    clock: Clock
    gateway: StripeGateway
    jobs: procrastinate.App
    metrics: Metrics
    keys: KeyRing
    parts: Mapping[type, object]

    def part(self, kind: type[Part]) -> Part:
        """Return the part of this class. Raise KeyError if the service was built without it."""
        return cast("Part", self.parts[kind])

    def close(self) -> None:
        """Close all database connections and the file of counts."""
        self.metrics.close()
        self.engine.dispose()
        self.inbox.dispose()


def current_services() -> Services:
    """Return the services of the application that handles this request or runs this command.

    Exit with a list of the problems if the settings were not usable.
    """
    found = current_app.extensions[EXTENSION]
    if isinstance(found, SettingsError):
        raise SystemExit(str(found))
    return cast("Services", found)
