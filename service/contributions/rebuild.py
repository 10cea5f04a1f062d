"""Folding every contribution anew from the facts that are kept, and telling signed-in readers what came of it."""

from service.contributions.gift_store import accounts_that_gave, retell_reader
from service.contributions.life_store import recompute_lives
from service.services import Services

# Readers of one transaction: each waits with a page view for as long as it takes.
TOLD_AT_ONCE = 25


def rebuild_contributions(services: Services) -> None:
    """Recompute all contributions, in batches. Facts stay as they are, and no mail is written again."""
    after: str | None = ""
    while after is not None:
        with services.engine.begin() as connection:
            after = recompute_lives(connection, services.clock(), after)
    with services.engine.connect() as connection:
        accounts = accounts_that_gave(connection)
    for start in range(0, len(accounts), TOLD_AT_ONCE):
        with services.engine.begin() as connection:
            for site, reader_hash in accounts[start : start + TOLD_AT_ONCE]:
                retell_reader(connection, site, reader_hash, services.clock())
