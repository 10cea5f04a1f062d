"""Daily counts in the database."""

from collections import Counter
from datetime import date

from sqlalchemy import Engine

from service.decisions.tally import Cell, Counted
from service.insights.store import add_counts, seen_by_variant

SEEN = Cell("tide", "autumn", "control", date(2026, 11, 18), True, Counted.SEEN)


def test_only_readers_in_the_experiment_count_as_having_seen_a_variant(engine: Engine) -> None:
    counts = Counter({SEEN: 5, SEEN._replace(is_counted=False): 7, SEEN._replace(variant="b"): 2})

    with engine.begin() as connection:
        add_counts(connection, counts)
        assert seen_by_variant(connection, "tide", "autumn") == {"control": 5, "b": 2}
