"""Facts in any order, repeated, in any batches, from several workers: always the same ledger."""

import re
import threading
from collections import Counter

from sqlalchemy import text

from service.ledger.post_due import post_due, post_in_batches
from service.stripe_facts.record_store import StoredFact, record_facts
from tests.ledger import make
from tests.ledger.world import EARLIER_FACTS, FINAL_FACTS, NOW, UTC_ZONE, Books, Lines, arrivals

SEEDS = 200
OUTDATED_SEEDS = 80  # fewer, because each has a third more facts
BALANCES = {
    "EUR": {
        "1100": 945 - 400 - 600 + 600 + 861 - 901 - 2500 + 2400 - 5000 + 940 - 250 - 9 - 50,
        "1150": 50,
        "1210": 5000,
        "2300": -600,
        "4100": -1000,
        "4110": -901,
        "4200": 1000 + 901,
        "4300": 100,
        "4900": -1000,
        "5100": 50 + 40 + 60,
        "5110": 250,
        "5120": 5,
        "9900": 9,
    },
    "JPY": {"1100": 77_120, "4100": -80_000, "5100": 2_880},
}


def record_shuffled(books: Books, facts: tuple[StoredFact, ...], seeds: int) -> None:
    """Record the first batch of every seed, then the second batch of every seed, so that postings mix the seeds."""
    for batches in zip(*(arrivals(seed, facts) for seed in range(seeds)), strict=True):
        books.record(*(fact for batch in batches for fact in batch))


def entries_by_seed(books: Books, seeds: int) -> list[dict[str, tuple[str, Lines]]]:
    """Return the entries of each seed, by their keys without the seed."""
    entries_of: list[dict[str, tuple[str, Lines]]] = [{} for _ in range(seeds)]
    for key, entry in books.entries().items():
        seed = re.search(r"~(\d+)", key)
        assert seed
        entries_of[int(seed[1])][key.replace(seed[0], "")] = entry
    return entries_of


def test_any_order_and_repetition_gives_the_same_entries(books: Books) -> None:
    record_shuffled(books, FINAL_FACTS, SEEDS)

    first, *others = entries_by_seed(books, SEEDS)

    assert len(first) == 20
    for seed, entries in enumerate(others, start=1):
        assert entries == first, seed


def test_outdated_versions_in_any_order_give_the_same_balances(books: Books) -> None:
    record_shuffled(books, FINAL_FACTS + EARLIER_FACTS, OUTDATED_SEEDS)

    for currency, expected in BALANCES.items():
        assert books.balances(currency) == {code: minor * OUTDATED_SEEDS for code, minor in expected.items()}

    for seed, entries in enumerate(entries_by_seed(books, OUTDATED_SEEDS)):
        totals: Counter[str] = Counter()
        for key, (_, lines) in entries.items():
            totals.update({} if key == "bt:txn_d" else lines)
        assert {code: minor for code, minor in totals.items() if minor} == BALANCES["EUR"], seed


def test_entries_are_numbered_without_a_gap_after_a_rollback(books: Books) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    with books.engine.connect() as connection, connection.begin() as transaction:
        record_facts(connection, [make.transaction("txn_2", "fee", -30, None)], NOW)
        post_due(connection, UTC_ZONE, NOW)
        transaction.rollback()

    books.record(make.transaction("txn_3", "fee", -40, None))

    with books.engine.connect() as connection:
        numbers = connection.execute(text("SELECT seq FROM ledger_entries ORDER BY seq")).scalars().all()
    assert numbers == [1, 2]


def test_concurrent_workers_post_everything_once(books: Books) -> None:
    count, workers = 60, 6
    failures: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for number in range(first, count, workers // 2):  # two workers record each fact
                with books.engine.begin() as connection:
                    record_facts(connection, [make.transaction(f"txn_{number}", "charge", 1000, f"ch_{number}")], NOW)
                    record_facts(connection, [make.charge(f"ch_{number}")], NOW)
                    post_due(connection, UTC_ZONE, NOW)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(first % (workers // 2),)) for first in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert post_in_batches(books.engine, UTC_ZONE, NOW).posted == 0
    assert books.balances() == {"1100": 60_000, "4100": -60_000}
    assert len(books.entries()) == count
