"""How long raw bodies are kept, and emptying them."""

from datetime import timedelta

from service.services import Services
from service.stripe_events import store

BODY_DAYS = 90


def scrub_old_bodies(services: Services) -> int:
    """Empty raw bodies older than 90 days; the rows stay. How many were emptied."""
    with services.engine.begin() as connection:
        return store.scrub_bodies_before(connection, services.clock() - timedelta(days=BODY_DAYS))
