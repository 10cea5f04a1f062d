"""Rebuild everything that is derived from facts: the ledger's entries, then the contributions."""

from service.contributions.rebuild import rebuild_contributions
from service.database.engine import owner_address, owner_engine
from service.database.transaction import store_errors_translated
from service.ledger.rebuild import RebuildReport, rebuild_ledger
from service.services import Services


def rebuild_everything(services: Services) -> RebuildReport:
    """Recompute every entry and every contribution from the facts, and report on the entries.

    Raise RebuildError, and change nothing, if an entry would come out differently. The ledger is rebuilt on a
    connection of the tables' owner, because the application's own role may not delete entries.
    """
    owner = owner_engine(owner_address(services.settings))
    try:
        with store_errors_translated():
            report = rebuild_ledger(owner, services.settings.accounting_zone, services.clock())
    finally:
        owner.dispose()
    rebuild_contributions(services.engine, services.clock)
    return report
