"""Which rows a filter takes: whole local days in any timezone, closed periods, and one mode only."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest
from sqlalchemy import Engine, text

from service.database.engine import owner_engine
from service.exports import records_store
from service.exports.export import BusyBooksError
from service.exports.exporting import OPERATOR, open_export
from service.exports.records_store import wait_for_rest
from service.exports.store import EXPORTS_AT_ONCE
from service.ledger.period_store import close_period
from service.ledger.rebuild_store import rebuild_ledger
from tests.conftest import NOW
from tests.exports.finance import Finance, request
from tests.exports.test_first_files import pay
from tests.ledger import make


def pay_at(finance: Finance, number: int, at: datetime) -> None:
    """One payment at an instant."""
    finance.record(
        replace(make.transaction(f"txn_{number}", "charge", 1000, f"ch_{number}", fee=30), created_at=at),
        replace(make.charge(f"ch_{number}", bt=f"txn_{number}"), created_at=at),
    )


@pytest.mark.parametrize(
    ("zone", "inside", "outside"),
    [
        (
            "Europe/Dublin",
            ["2025-12-31T00:00:00Z", "2025-12-31T23:59:59Z"],
            ["2025-12-30T23:59:59Z", "2026-01-01T00:00:00Z"],
        ),
        (
            "America/New_York",
            ["2025-12-31T05:00:00Z", "2026-01-01T04:59:59Z"],
            ["2025-12-31T04:59:59Z", "2026-01-01T05:00:00Z"],
        ),
        (
            "Asia/Kolkata",
            ["2025-12-30T18:30:00Z", "2025-12-31T18:29:59Z"],
            ["2025-12-30T18:29:59Z", "2025-12-31T18:30:00Z"],
        ),
        (
            "Pacific/Auckland",
            ["2025-12-30T11:00:00Z", "2025-12-31T10:59:59Z"],
            ["2025-12-30T10:59:59Z", "2025-12-31T11:00:00Z"],
        ),
    ],
)
def test_the_last_day_of_the_year_is_the_organisations_own(
    finance: Finance, zone: str, inside: list[str], outside: list[str]
) -> None:
    finance.exports = replace(finance.exports, settings=replace(finance.exports.settings, accounting_timezone=zone))
    finance.books.zone = ZoneInfo(zone)
    for number, instant in enumerate([*inside, *outside]):
        pay_at(finance, number, datetime.fromisoformat(instant))

    wanted = {"from_on": "2025-12-31", "to_on": "2025-12-31"}

    assert [row["paid_at_utc"] for row in finance.rows("contributions", **wanted)] == inside
    assert {row["accounting_date"] for row in finance.rows("contributions", **wanted)} == {"2025-12-31"}
    assert {row["effective_at_utc"] for row in finance.rows("journal", **wanted)} == set(inside)


def test_a_late_fact_of_a_closed_month_is_in_the_first_open_days_file(finance: Finance) -> None:
    pay_at(finance, 1, datetime(2026, 10, 30, 12, tzinfo=UTC))
    close_period(finance.engine, ZoneInfo("Europe/Dublin"), date(2026, 10, 31), NOW, "a test")

    def october() -> list[bytes]:
        names = ("contributions", "journal", "trial_balance")
        return [finance.file(name, from_on="2026-10-01", to_on="2026-10-31") for name in names]

    before = october()

    pay_at(finance, 2, datetime(2026, 10, 31, 12, tzinfo=UTC))

    assert october() == before
    (late,) = finance.rows("contributions", from_on="2026-11-01")
    assert (late["paid_at_utc"], late["accounting_date"]) == ("2026-10-31T12:00:00Z", "2026-11-01")


def test_money_of_the_other_mode_is_in_no_file(finance: Finance) -> None:
    finance.record(
        replace(make.charge("ch_1", bt="txn_1"), is_livemode=False), make.transaction("txn_1", "charge", 1000, "ch_1")
    )

    assert finance.rows("contributions") == []


def test_rebuilding_the_ledger_changes_no_file(finance: Finance, database_address: str) -> None:
    pay(finance, 1)
    pay(finance, 2, hours=3)
    before = finance.manifest("journal")

    owner = owner_engine(database_address)
    rebuild_ledger(owner, ZoneInfo("Europe/Dublin"), NOW)
    owner.dispose()

    assert finance.manifest("journal")["sha256"] == before["sha256"]
    assert finance.manifest("journal", as_of=before["as_of_seq"])["sha256"] == before["sha256"]


def test_a_payment_of_yen_and_one_of_dinars_have_their_own_digits(finance: Finance) -> None:
    for number, currency in enumerate(["JPY", "KWD", "ISK"]):
        finance.record(
            make.transaction(f"txn_{number}", "charge", 5120, f"ch_{number}", fee=120, currency=currency),
            make.charge(f"ch_{number}", 5120, currency=currency, bt=f"txn_{number}"),
        )

    gross = {row["currency"]: row["gross"] for row in finance.rows("contributions")}

    assert gross == {"JPY": "5120", "KWD": "5.120", "ISK": "51.20"}


def test_a_pending_payment_is_there_without_an_amount(finance: Finance) -> None:
    finance.record(make.charge("ch_1", status="pending"))

    (row,) = finance.rows("contributions")

    assert (row["status"], row["paid_at_utc"], row["gross"], row["presentment_amount"]) == ("pending", "", "", "10.00")


def test_personal_columns_are_empty_unless_asked_for(finance: Finance) -> None:
    pay(finance)
    with finance.engine.begin() as connection:
        connection.execute(
            text("UPDATE contributions SET contributor_name = '=Mary', contributor_email = 'm@x.example'")
        )

    without, full = finance.rows("contributions")[0], finance.rows("contributions", has_personal_data=True)[0]

    assert (without["donor_name"], without["donor_email"]) == ("", "")
    assert (full["donor_name"], full["donor_email"]) == ("'=Mary", "m@x.example")


def test_more_exports_than_there_is_room_for_are_told_to_come_back(finance: Finance) -> None:
    with ExitStack() as stack:
        for _ in range(EXPORTS_AT_ONCE):
            stack.callback(open_export(finance.exports, OPERATOR, request("journal"), "csv").close)

        with pytest.raises(BusyBooksError):
            finance.file("journal")

    assert finance.file("journal")


def test_an_export_waits_for_changes_under_way_and_ends_no_writer(
    finance: Finance, engine: Engine, database_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records_store, "REST_ATTEMPTS", 1)
    pay(finance)
    with psycopg.connect(database_address) as writer:
        writer.execute("UPDATE contributions SET covers_fee = true")
        with engine.connect() as connection, pytest.raises(BusyBooksError):
            wait_for_rest(connection)
        writer.execute("UPDATE contributions SET covers_fee = false")
        writer.commit()

    assert finance.rows("contributions")[0]["fees_covered"] == "false"
