"""A table of the console shows the same rows on a page, in CSV and in JSON."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.console.tables import MOST_COUNTED, Row, Table, TableColumn

AS_OF = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
DUBLIN = ZoneInfo("Europe/Dublin")


def table_of(*rows: Row) -> Table:
    columns = (
        TableColumn("name", "Name"),
        TableColumn("amount_minor", "Amount", is_number=True),
        TableColumn("at", "Time"),
    )
    return Table("payments", columns, rows, AS_OF, DUBLIN, empty="There are no payments.")


def test_a_file_holds_exact_values_and_the_page_holds_words() -> None:
    row = Row({"name": "Mary", "amount_minor": 1000, "at": AS_OF}, words={"amount_minor": "€10.00"})
    table = table_of(row)

    assert list(csv.reader(io.StringIO(table.csv()))) == [
        ["name", "amount_minor", "at"],
        ["Mary", "1000", "2026-11-18T10:30:00+00:00"],
    ]
    assert json.loads(table.json())["rows"] == [
        {"name": "Mary", "amount_minor": 1000, "at": "2026-11-18T10:30:00+00:00"}
    ]
    assert row.shown("amount_minor", DUBLIN) == "€10.00"


def test_times_on_a_page_are_in_the_zone_of_the_table() -> None:
    summer = Row({"at": datetime(2026, 7, 1, 23, 30, tzinfo=UTC)})

    assert summer.shown("at", DUBLIN) == "02 Jul 2026 00:30"
    assert Row({"at": date(2026, 7, 1)}).shown("at", DUBLIN) == "01 Jul 2026"


def test_a_column_for_files_is_not_on_the_page() -> None:
    columns = (TableColumn("name", "Name"), TableColumn("currency", "Currency", is_only_in_files=True))
    table = Table("payments", columns, (Row({"name": "Mary", "currency": "EUR"}),), AS_OF, DUBLIN, empty="None.")

    assert [column.key for column in table.columns_on_page] == ["name"]
    assert table.csv().splitlines() == ["name,currency", "Mary,EUR"]


def test_an_absent_value_is_a_dash_on_the_page_and_nothing_in_a_file() -> None:
    row = Row({"name": None, "amount_minor": 0})

    assert row.shown("name", DUBLIN) == "–"
    assert row.shown("amount_minor", DUBLIN) == "0"
    assert table_of(row).csv().splitlines()[1] == ",0,"


@given(st.sampled_from("=+-@|"), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20))
def test_no_text_in_a_file_is_a_formula(sign: str, rest: str) -> None:
    cell = next(csv.reader(io.StringIO(table_of(Row({"name": sign + rest})).csv().partition("\r\n")[2])))[0]

    assert cell.startswith("'")


@pytest.mark.parametrize(
    ("found", "words"), [(None, ""), (60, "60"), (MOST_COUNTED, "10000"), (MOST_COUNTED + 1, "more than 10,000")]
)
def test_many_rows_are_not_counted_to_the_end(found: int | None, words: str) -> None:
    assert replace(table_of(), found=found).found_in_words == words
