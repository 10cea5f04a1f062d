"""Folding every contribution anew from the facts that are kept."""

from service.contributions.life_store import recompute_lives
from service.services import Services


def rebuild_contributions(services: Services) -> None:
    """Recompute all contributions, in batches. Facts stay as they are, and no mail is written again."""
    after: str | None = ""
    while after is not None:
        with services.engine.begin() as connection:
            after = recompute_lives(connection, services.clock(), after)
