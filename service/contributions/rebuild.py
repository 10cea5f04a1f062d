"""Recompute contributions from their facts: to save them all again, or to find those that differ."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, Engine

from service.clock import Clock
from service.contributions import store
from service.contributions.contribution import Lifecycle
from service.contributions.lifecycle import fold_lifecycle
from service.contributions.readers_store import contributing_readers
from service.contributions.signed_in_readers import repair_reader
from service.database.transaction import committed, connected
from service.stripe_facts.contribution_store import facts_of_contributions

BATCH_SIZE = 500
# A page view of a reader in the batch waits until its transaction ends, so these batches are small.
READERS_PER_BATCH = 25


def rebuild_contributions(engine: Engine, clock: Clock) -> None:
    """Recompute every contribution from its facts, in batches, and repair the rows of signed-in readers.

    Facts do not change, and no mail is sent again.
    """
    after: str | None = ""
    while after is not None:
        with committed(engine) as connection:
            after = _recompute_batch(connection, clock(), after)
    with connected(engine) as connection:
        readers = contributing_readers(connection)
    for start in range(0, len(readers), READERS_PER_BATCH):
        with committed(engine) as connection:
            for site, reader_hash in readers[start : start + READERS_PER_BATCH]:
                repair_reader(connection, site, reader_hash, clock())


def differing_lifecycles(connection: Connection, newest: int | None = None) -> Iterator[str]:
    """Yield a line for each contribution whose stored lifecycle differs from its facts, with the first such field.

    `newest` limits the check to that many contributions, those changed last; None checks all of them. The connection
    must read one snapshot of the database.
    """
    for page in _all_pages(connection) if newest is None else _newest_pages(connection, newest):
        stored = store.lifecycles_of(connection, page)
        for id_, facts in facts_of_contributions(connection, page).items():
            computed = fold_lifecycle(facts)
            if stored[id_] != computed:
                yield _difference(id_, stored[id_], computed)


def _recompute_batch(connection: Connection, now: datetime, after: str) -> str | None:
    """Recompute the contributions that follow `after`; return the last id of the batch, None after the last batch."""
    page = store.ids_after(connection, after, BATCH_SIZE)
    facts = facts_of_contributions(connection, page)
    store.set_lifecycles(connection, {id_: fold_lifecycle(facts[id_]) for id_ in page}, now)
    return page[-1] if page else None


def _all_pages(connection: Connection) -> Iterator[Sequence[str]]:
    page = store.ids_after(connection, "", BATCH_SIZE)
    while page:
        yield page
        page = store.ids_after(connection, page[-1], BATCH_SIZE)


def _newest_pages(connection: Connection, newest: int) -> Iterator[Sequence[str]]:
    ids = store.newest_ids(connection, newest)
    for start in range(0, len(ids), BATCH_SIZE):
        yield ids[start : start + BATCH_SIZE]


def _difference(id_: str, stored: Lifecycle, computed: Lifecycle) -> str:
    names = (field.name for field in fields(Lifecycle))
    name = next(name for name in names if getattr(stored, name) != getattr(computed, name))
    return f"{id_} {name} {_text(getattr(stored, name))}, facts say {_text(getattr(computed, name))}"


def _text(value: object) -> str:
    return "none" if value is None else str(value)
