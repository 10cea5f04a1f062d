"""The collaborators of the service, in one frozen value. `create_app` builds it; Flask carries it to the views."""

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
    """What every act may need. `engine` acts as a role that cannot rewrite the ledger; `inbox` is that role too, for
    single statements. `parts` holds what single rooms keep in memory, by its class, so that this module need not
    import the rooms."""

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
        """Give every database connection back."""
        self.engine.dispose()
        self.inbox.dispose()


def current_services() -> Services:
    """The services of the application that is answering this request or running this command.

    Ends the command with the list of problems where the settings were not usable.
    """
    found = current_app.extensions[EXTENSION]
    if isinstance(found, SettingsError):
        raise SystemExit(str(found))
    return cast("Services", found)
