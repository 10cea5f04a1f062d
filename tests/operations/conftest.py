"""Fixtures of the tests of operators' commands: a newsroom with books, and an empty database beside it."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from service.assembly import build_services
from service.services import Services
from tests.conftest import address_of, plain_address
from tests.contributions.conftest import newsroom, stripe
from tests.contributions.world import Newsroom

__all__ = ["empty", "newsroom", "other", "stripe"]


@pytest.fixture
def empty(postgresql: str) -> Iterator[str]:
    """The address of a database without any table."""
    name = f"keepopen_other_{uuid4().hex[:12]}"
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield address_of(postgresql, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def other(newsroom: Newsroom, empty: str) -> Iterator[Services]:
    """The services of an installation with the same settings on the empty database."""
    services = build_services(replace(newsroom.services.settings, database_url=empty), newsroom.services.clock)
    yield services
    services.close()
