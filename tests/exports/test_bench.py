"""The benchmark of exports runs on small books, and names the targets that it misses."""

import psycopg

from infra.bench.exports import Cost, Figures, measure
from tests.conftest import address_of, plain_address

ROWS = 600


def test_small_books_are_measured(postgresql: str) -> None:
    with psycopg.connect(plain_address(postgresql), autocommit=True) as connection:
        connection.execute("CREATE DATABASE keepopen_bench_exports")
        try:
            figures = measure(address_of(postgresql, "keepopen_bench_exports"), ROWS)
        finally:
            connection.execute("DROP DATABASE keepopen_bench_exports WITH (FORCE)")

    assert figures.rows == ROWS
    assert figures.copy.seconds > 0
    assert 0 < figures.first_byte_seconds <= figures.first_row_seconds


def test_missed_targets_are_named() -> None:
    copy = Cost(1, 1)
    slow = Figures(1, copy, copy, Cost(1, 1.2), first_byte_seconds=2, first_row_seconds=2, growth_mib=100)
    fast = Figures(1, copy, copy, Cost(9, 1.1), first_byte_seconds=0.1, first_row_seconds=1, growth_mib=1)

    assert len(slow.misses()) == 4
    assert fast.misses() == []
