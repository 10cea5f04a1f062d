"""What every act may need, in one frozen value: built once in `create_app`, reached through the application."""

from dataclasses import dataclass
from typing import cast

import procrastinate
from flask import current_app
from sqlalchemy import Engine

from service.campaigns.snapshot.holder import SnapshotHolder
from service.clock import Clock
from service.decisions.passport import PassportSealer
from service.decisions.tally import Tally
from service.metrics import Metrics
from service.settings import Settings, SettingsError
from service.stripe_gateway import StripeGateway

EXTENSION = "keepopen"


@dataclass(frozen=True, slots=True)
class Services:
    """The collaborators. `campaigns` answers from memory; `engine` acts as a role that cannot rewrite the ledger, and
    `inbox` is the same role for single statements."""

    settings: Settings
    engine: Engine
    inbox: Engine
    clock: Clock
    gateway: StripeGateway
    campaigns: SnapshotHolder
    passports: PassportSealer
    jobs: procrastinate.App
    metrics: Metrics
    tally: Tally

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
