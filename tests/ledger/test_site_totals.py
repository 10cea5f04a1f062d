"""The sums by site are those of the postings, however late a site is known, and even if it changes."""

import random
from datetime import date

import pytest
from sqlalchemy import text

from service.database.engine import owner_engine
from service.ledger.net_receipts.report import net_receipts_of
from service.ledger.net_receipts.store import Days, movements
from service.ledger.rebuild import rebuild_ledger
from service.money import Interval
from service.stripe_gateway.facts import Charge
from tests.ledger import make
from tests.ledger.world import EARLIER_FACTS, FINAL_FACTS, NOW, UTC_ZONE, Books, arrivals

ALWAYS = date(2000, 1, 1), date(2100, 1, 1)
NAME = "the sums by site are those of the postings"


def gross(books: Books, site: str) -> int:
    """Return what came in for a site in euros."""
    with books.engine.connect() as connection:
        found = net_receipts_of(movements(connection, Days(*ALWAYS, (site,), "EUR")))
    return found[0].gross_minor - found[0].refunds_minor if found else 0


def outside(books: Books) -> int:
    with books.engine.connect() as connection:
        return connection.scalar(text("SELECT count(*) FROM ledger_outside_site_totals")) or 0


def test_a_charge_counts_for_its_site(books: Books) -> None:
    books.record(make.charge("ch_1", bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))

    assert (gross(books, "gazette"), gross(books, "courier"), outside(books)) == (1000, 0, 0)
    assert books.checks()[NAME].is_green


def test_a_site_that_is_known_late_counts_then(books: Books) -> None:
    books.record(
        make.charge("ch_1", bt="txn_1", interval=None), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55)
    )
    before = gross(books, "gazette"), outside(books)

    books.record(make.charge("ch_1", bt="txn_1", interval=Interval.MONTH))

    assert before == (0, 1)
    assert (gross(books, "gazette"), outside(books)) == (1000, 1)
    assert books.checks()[NAME].is_green


def test_a_site_that_changes_takes_its_refunds_along(books: Books) -> None:
    books.record(
        make.charge("ch_1", bt="txn_1", refunded=400),
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=55),
        make.refund("re_1", 400, charge="ch_1", bt="txn_2"),
        make.transaction("txn_2", "refund", -400, "re_1"),
        make.charge("ch_2", bt="txn_3"),
        make.transaction("txn_3", "charge", 500, "ch_2"),
    )

    move_to(books, "courier", "ch_1")

    assert (gross(books, "gazette"), gross(books, "courier")) == (500, 600)
    move_to(books, "gazette", "ch_1")
    assert (gross(books, "gazette"), gross(books, "courier"), outside(books)) == (1100, 0, 2)
    assert books.checks()[NAME].is_green


@pytest.mark.parametrize("seed", range(4))
def test_the_sums_hold_in_any_order_of_facts_and_after_a_rebuild(
    books: Books, database_address: str, seed: int
) -> None:
    chance = random.Random(seed)
    for batch in arrivals(seed, (*FINAL_FACTS, *EARLIER_FACTS)):
        books.record(*batch)
        charge = next((fact for fact in batch if isinstance(fact, Charge)), None)
        if charge is not None and chance.random() < 0.5:
            move_to(books, chance.choice(("gazette", "courier")), charge.id)
        assert books.checks()[NAME].is_green
    before = {site: gross(books, site) for site in ("gazette", "courier")}

    owner = owner_engine(database_address)
    rebuild_ledger(owner, UTC_ZONE, NOW)
    owner.dispose()

    assert {site: gross(books, site) for site in ("gazette", "courier")} == before
    assert books.checks()[NAME].is_green


def test_a_sum_that_differs_is_named(books: Books, database_address: str) -> None:
    books.record(make.charge("ch_1", bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text("UPDATE ledger_site_totals SET amount_minor = 946 WHERE account = '1100'"))
    owner.dispose()

    check = books.checks()[NAME]

    assert not check.is_green
    assert check.detail.startswith("1: gazette 1100 EUR 2026-")


def move_to(books: Books, site: str, charge_id: str) -> None:
    """Give a charge another site, as a fact does if somebody has changed it at Stripe."""
    with books.engine.begin() as connection:
        connection.execute(text("UPDATE charges SET site = :site WHERE id = :id"), {"site": site, "id": charge_id})
