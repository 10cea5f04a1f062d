"""The sums by site and by campaign are those of the postings, however late these are known, and even if they change."""

import random
from datetime import date

import pytest
from sqlalchemy import text

from service.database.engine import owner_engine
from service.ledger.net_receipts.report import net_receipts_of
from service.ledger.net_receipts.store import Days, movements, movements_by_campaign
from service.ledger.rebuild import rebuild_ledger
from service.money import Interval
from service.stripe_gateway.facts import Charge
from tests.ledger import make
from tests.ledger.world import EARLIER_FACTS, FINAL_FACTS, NOW, UTC_ZONE, Books, arrivals

ALWAYS = date(2000, 1, 1), date(2100, 1, 1)
NAME = "the sums by site are those of the postings"
OF_CAMPAIGNS = "the sums by campaign are those of the postings"


def gross(books: Books, site: str) -> int:
    """Return what came in for a site in euros."""
    with books.engine.connect() as connection:
        found = net_receipts_of(movements(connection, Days(*ALWAYS, (site,), "EUR")))
    return found[0].gross_minor - found[0].refunds_minor if found else 0


def gross_of_campaigns(books: Books, site: str | None = None) -> dict[str | None, int]:
    """Return what came in by campaign in euros, less refunds."""
    with books.engine.connect() as connection:
        found = movements_by_campaign(connection, Days(*ALWAYS, (site,) if site else None, "EUR"))
    receipts = {campaign: net_receipts_of(moved) for campaign, moved in found.items()}
    return {campaign: of[0].gross_minor - of[0].refunds_minor for campaign, of in receipts.items() if of}


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


def record_two_charges(books: Books) -> None:
    """Record a charge that was partly refunded, and another."""
    books.record(
        make.charge("ch_1", bt="txn_1", refunded=400),
        make.transaction("txn_1", "charge", 1000, "ch_1", fee=55),
        make.refund("re_1", 400, charge="ch_1", bt="txn_2"),
        make.transaction("txn_2", "refund", -400, "re_1"),
        make.charge("ch_2", bt="txn_3"),
        make.transaction("txn_3", "charge", 500, "ch_2"),
    )


def test_a_site_that_changes_takes_its_refunds_along(books: Books) -> None:
    record_two_charges(books)

    move_to(books, "courier", "ch_1")

    assert (gross(books, "gazette"), gross(books, "courier")) == (500, 600)
    move_to(books, "gazette", "ch_1")
    assert (gross(books, "gazette"), gross(books, "courier"), outside(books)) == (1100, 0, 2)
    assert books.checks()[NAME].is_green


def test_a_campaign_that_changes_takes_its_refunds_along(books: Books) -> None:
    record_two_charges(books)
    before = gross_of_campaigns(books)

    ask_by(books, None, "ch_1")

    assert before == {"autumn": 1100}
    assert gross_of_campaigns(books) == gross_of_campaigns(books, "gazette") == {"autumn": 500, None: 600}
    assert gross(books, "gazette") == 1100
    assert books.checks()[OF_CAMPAIGNS].is_green
    ask_by(books, "winter", "ch_1")
    assert gross_of_campaigns(books) == {"autumn": 500, "winter": 600}


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
        if charge is not None and chance.random() < 0.5:
            ask_by(books, chance.choice(("autumn", "winter", None)), charge.id)
        checks = books.checks()
        assert checks[NAME].is_green
        assert checks[OF_CAMPAIGNS].is_green
    before = {site: gross(books, site) for site in ("gazette", "courier")}
    by_campaign = {site: gross_of_campaigns(books, site) for site in before}
    assert {site: sum(of.values()) for site, of in by_campaign.items()} == before

    owner = owner_engine(database_address)
    rebuild_ledger(owner, UTC_ZONE, NOW)
    owner.dispose()

    assert {site: gross(books, site) for site in ("gazette", "courier")} == before
    assert {site: gross_of_campaigns(books, site) for site in before} == by_campaign
    assert books.checks()[NAME].is_green
    assert books.checks()[OF_CAMPAIGNS].is_green


@pytest.mark.parametrize(
    ("totals", "name", "place"),
    [
        ("ledger_site_totals", NAME, "gazette 1100 EUR 2026-"),
        ("ledger_campaign_totals", OF_CAMPAIGNS, "gazette autumn 1100 EUR 2026-"),
    ],
)
def test_a_sum_that_differs_is_named(books: Books, database_address: str, totals: str, name: str, place: str) -> None:
    books.record(make.charge("ch_1", bt="txn_1"), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))
    owner = owner_engine(database_address)
    with owner.begin() as connection:
        connection.execute(text(f"UPDATE {totals} SET amount_minor = 946 WHERE account = '1100'"))
    owner.dispose()

    check = books.checks()[name]

    assert not check.is_green
    assert check.detail.startswith(f"1: {place}")


def move_to(books: Books, site: str, charge_id: str) -> None:
    """Give a charge another site, as a fact does if somebody has changed it at Stripe."""
    with books.engine.begin() as connection:
        connection.execute(text("UPDATE charges SET site = :site WHERE id = :id"), {"site": site, "id": charge_id})


def ask_by(books: Books, campaign: str | None, charge_id: str) -> None:
    """Give a charge another campaign, as a fact does if somebody has changed it at Stripe."""
    with books.engine.begin() as connection:
        values = {"campaign": campaign, "id": charge_id}
        connection.execute(text("UPDATE charges SET campaign = :campaign WHERE id = :id"), values)
