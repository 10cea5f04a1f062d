"""The net receipts of any days equal the export files of these days to the cent, and their entries add up to them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.ledger.manual.entering import Bookkeeping, Draft, enter
from service.ledger.manual.entry import ManualKind
from service.ledger.net_receipts.report import Figure, NetReceipts, net_receipts_of
from service.ledger.net_receipts.store import Days, entries_behind, movements, movements_by_campaign
from service.money import exponent
from tests.conftest import NOW
from tests.exports.quarter import MONTHS, SITES
from tests.exports.quarter_databases import Quarter
from tests.exports.world import Finance, Row, record_month, total

WEEK = (date(2026, 11, 2), date(2026, 11, 8))
ALL = (date(2026, 1, 1), date(2026, 12, 31))


def receipts(finance: Finance, days: Days) -> dict[str, NetReceipts]:
    with finance.engine.connect() as connection:
        return {found.currency: found for found in net_receipts_of(movements(connection, days))}


def major(minor: int, currency: str = "EUR") -> Decimal:
    return Decimal(minor).scaleb(-exponent(currency))


def of_currency(rows: list[Row], currency: str = "EUR") -> list[Row]:
    return [row for row in rows if row["currency"] == currency]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("days", [*MONTHS, WEEK, ALL], ids=str)
def test_net_receipts_equal_the_export_files_of_the_days(quarter: Quarter, seed: int, days: tuple[date, date]) -> None:
    finance = quarter(seed)

    found = receipts(finance, Days(*days)).get("EUR", NetReceipts("EUR"))

    wanted = {"from_on": days[0], "to_on": days[1]}
    paid = [row for row in finance.rows("contributions", **wanted) if row["status"] == "succeeded"]
    disputes = finance.rows("dispute_movements", **wanted)
    assert major(found.gross_minor) == total(paid, "gross")
    assert major(found.fees_minor) == total(finance.rows("fees", **wanted), "amount")
    assert major(found.refunds_minor) == total(finance.rows("refunds", **wanted), "original_rate_amount")
    assert major(found.disputes_minor) == total(disputes, "disputed") + total(disputes, "lost")
    assert major(found.held_minor) == total(disputes, "disputed")
    assert found.net_minor == (
        found.gross_minor - found.fees_minor - found.refunds_minor - found.disputes_minor - found.fx_minor
    )


def test_currencies_stay_apart(finance: Finance) -> None:
    record_month(finance)

    found = receipts(finance, Days(*ALL))

    rows = finance.rows("contributions")
    assert set(found) == {"EUR", "JPY"}
    assert major(found["JPY"].gross_minor, "JPY") == total(of_currency(rows, "JPY"), "gross")
    assert major(found["EUR"].gross_minor) == total(of_currency(rows), "gross")


def test_the_sites_add_up_to_the_whole_except_fees_of_no_payment(quarter: Quarter) -> None:
    finance = quarter(0)
    whole = receipts(finance, Days(*ALL))["EUR"]

    parts = [receipts(finance, Days(*ALL, (site,)))["EUR"] for site in SITES]

    assert sum(part.gross_minor for part in parts) == whole.gross_minor
    assert sum(part.refunds_minor for part in parts) == whole.refunds_minor
    assert sum(part.disputes_minor for part in parts) == whole.disputes_minor
    of_no_payment = sum(row["source_id"] == "" for row in finance.rows("fees"))
    assert sum(part.fees_minor for part in parts) + 25 * of_no_payment == whole.fees_minor


@pytest.mark.parametrize("sites", [None, SITES[:1]], ids=["all sites", "a site"])
def test_the_receipts_of_campaigns_add_up_to_the_whole(quarter: Quarter, sites: tuple[str, ...] | None) -> None:
    finance = quarter(0)
    days = Days(*ALL, sites, "EUR")
    with finance.engine.connect() as connection:
        moved = movements_by_campaign(connection, days)
    found = {campaign: net_receipts_of(movements)[0] for campaign, movements in moved.items()}

    paid = [
        row
        for row in finance.rows("contributions", from_on=ALL[0], to_on=ALL[1])
        if row["status"] == "succeeded" and (sites is None or row["site"] in sites)
    ]
    for campaign, of_campaign in found.items():
        gross = total([row for row in paid if row["campaign"] == (campaign or "")], "gross")
        assert major(of_campaign.gross_minor) == gross
        if campaign:
            assert receipts(finance, replace(days, campaign=campaign))["EUR"] == of_campaign
    whole = receipts(finance, days)["EUR"]
    for figure in Figure:
        assert sum(of_campaign.minor(figure) for of_campaign in found.values()) == whole.minor(figure)


@pytest.mark.parametrize("sites", [None, SITES[:1]], ids=["all sites", "a site"])
@pytest.mark.parametrize("figure", list(Figure))
def test_the_entries_behind_a_figure_add_up_to_it_page_by_page(
    quarter: Quarter, figure: Figure, sites: tuple[str, ...] | None
) -> None:
    finance = quarter(1)
    days = Days(*ALL, sites, "EUR")
    pages = []
    with finance.engine.connect() as connection:
        page = entries_behind(connection, figure, days, None, 4)
        while page:
            pages.append(page)
            page = entries_behind(connection, figure, days, page[-1].position, 4)
        whole = entries_behind(connection, figure, days, "no position", None)

    entries = [entry for page in pages for entry in page]
    assert entries == whole
    assert sum(entry.amount_minor for entry in entries) == receipts(finance, days)["EUR"].minor(figure)
    assert all(entry.contribution_id for entry in entries) or figure is Figure.FEES


def test_an_entry_by_a_person_is_shown_apart(finance: Finance) -> None:
    record_month(finance)
    before = receipts(finance, Days(*ALL))["EUR"]
    books = Bookkeeping(finance.engine, finance.books.zone, NOW, {"": 1000})
    enter(books, [Draft(ManualKind.ENTER, "EUR", [("5110", 500), ("1210", -500)], "Nora", "A bank fee")])

    after = receipts(finance, Days(*ALL))["EUR"]

    assert (after.net_minor, after.by_person_minor) == (before.net_minor, -500)
