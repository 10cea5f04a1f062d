"""Is every contribution what its facts make of it? Stored lives beside lives folded anew."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from sqlalchemy import Connection, select

from service.contributions.contribution import Life
from service.contributions.lifecycle import fold_life
from service.contributions.store import contributions, ids_after, lives_of
from service.stripe_facts.contribution_store import facts_of_contributions

PAGE_SIZE = 500


def differing_lives(connection: Connection, newest: int | None = None) -> Iterator[str]:
    """Contributions whose stored life is not what their facts give, each with the first field that differs.

    `newest` bounds how many are looked at, those changed last; None looks at all. Call it on one snapshot.
    """
    for page in _all_pages(connection) if newest is None else _newest_pages(connection, newest):
        stored = lives_of(connection, page)
        for id_, facts in facts_of_contributions(connection, page).items():
            told = fold_life(facts)
            if stored[id_] != told:
                yield _difference(id_, stored[id_], told)


def _all_pages(connection: Connection) -> Iterator[Sequence[str]]:
    page: Sequence[str] = ids_after(connection, "", PAGE_SIZE)
    while page:
        yield page
        page = ids_after(connection, page[-1], PAGE_SIZE)


def _newest_pages(connection: Connection, newest: int) -> Iterator[Sequence[str]]:
    c = contributions.c
    ids = connection.execute(select(c.id).order_by(c.changed_at.desc(), c.id).limit(newest)).scalars().all()
    for first in range(0, len(ids), PAGE_SIZE):
        yield ids[first : first + PAGE_SIZE]


def _difference(id_: str, stored: Life, told: Life) -> str:
    name = next(each.name for each in fields(Life) if getattr(stored, each.name) != getattr(told, each.name))
    return f"{id_} {name} {_word(getattr(stored, name))}, facts say {_word(getattr(told, name))}"


def _word(value: object) -> str:
    return "none" if value is None else str(value)
