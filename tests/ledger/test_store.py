"""The database itself refuses changes to the ledger and entries that do not balance, from every role."""

from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from service.database.engine import owner_engine
from service.ledger.accounts import ACCOUNT_NAMES, Account, account_kind
from service.ledger.closings.closing import ClosingWish, close_period
from tests.ledger import make
from tests.ledger.world import NOW, UTC_ZONE, Books

LEDGER_TABLES = {  # each with one of its columns
    "ledger_entries": "reason",
    "ledger_postings": "account",
    "ledger_closings": "closed_by",
    "ledger_accounts": "name",
}
ENTRY = (
    "INSERT INTO ledger_entries VALUES (2, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
    "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}', 2)"
)


@pytest.fixture
def owner(database_address: str) -> Iterator[Engine]:
    engine = owner_engine(database_address)
    yield engine
    engine.dispose()


def record_charge(books: Books) -> None:
    books.record(make.charge(), make.transaction("txn_1", "charge", 1000, "ch_1", fee=55))


def insert_entry(engine: Engine, postings: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(ENTRY))
        connection.execute(text(f"INSERT INTO ledger_postings VALUES {postings}"))


def execute_all(engine: Engine, statements: Iterable[str]) -> None:
    """Execute statements in one transaction."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_not_even_the_owner_can_change_the_ledger(owner: Engine, books: Books, change: str) -> None:
    record_charge(books)

    for table, column in LEDGER_TABLES.items():
        with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
            connection.execute(text(change.format(table, column, column)))


def test_the_application_has_no_right_to_change_the_ledger(engine: Engine) -> None:
    for table, column in LEDGER_TABLES.items():
        for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(ProgrammingError, match="permission denied"), engine.begin() as connection:
                connection.execute(text(change))


@pytest.mark.parametrize(
    "postings",
    [
        "(2, 1, '1100', 100, 'EUR'), (2, 2, '4100', -99, 'EUR')",
        "(2, 1, '1100', 100, 'EUR')",
        "(2, 1, '1100', 100, 'EUR'), (2, 2, '4100', -100, 'USD')",
    ],
    ids=["a cent off", "one side only", "two currencies"],
)
def test_an_unbalanced_entry_fails_at_commit(engine: Engine, postings: str) -> None:
    with pytest.raises(IntegrityError, match="not balanced"):
        insert_entry(engine, postings)


PAIR = "INSERT INTO ledger_postings VALUES (1, 8, '1210', 100000, 'EUR'), (1, 9, '4100', -100000, 'EUR')"


@pytest.mark.parametrize(
    "statements",
    [
        ("INSERT INTO ledger_postings VALUES (1, 9, '1100', 5, 'EUR')",),
        (PAIR,),
        ("SAVEPOINT a", PAIR, "RELEASE SAVEPOINT a"),
        (PAIR, "SET CONSTRAINTS ALL IMMEDIATE"),
        ("SET CONSTRAINTS ALL IMMEDIATE", PAIR),
    ],
)
@pytest.mark.parametrize("is_closed", [False, True])
def test_no_line_can_be_added_to_an_entry_later(books: Books, statements: tuple[str, ...], is_closed: bool) -> None:
    record_charge(books)
    if is_closed:
        close_period(books.engine, UTC_ZONE, NOW, ClosingWish(date(2026, 11, 10), "finance"))

    with pytest.raises(IntegrityError, match=r"not balanced|must have \d lines"):
        execute_all(books.engine, statements)


@pytest.mark.parametrize("count", [0, 1])
def test_an_entry_cannot_be_left_open_for_lines_to_come(engine: Engine, count: int) -> None:
    """An entry whose lines are missing would take them in any later transaction."""
    lines = ("INSERT INTO ledger_postings VALUES (2, 1, '1100', 100, 'EUR')",) * count

    with pytest.raises(IntegrityError, match=r"not balanced|must have 2 lines"):
        execute_all(engine, (ENTRY, *lines))


def test_an_entry_and_its_lines_may_be_added_in_any_order_of_statements(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(ENTRY))
        connection.execute(text("SAVEPOINT a"))
        connection.execute(text("INSERT INTO ledger_postings VALUES (2, 2, '4100', -100, 'EUR')"))
        connection.execute(text("RELEASE SAVEPOINT a"))
        connection.execute(text("INSERT INTO ledger_postings VALUES (2, 1, '1100', 100, 'EUR')"))

    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ledger_postings")).scalar_one() == 2


@pytest.mark.parametrize(
    "posting", ["(2, 1, '1100', 0, 'EUR')", "(2, 1, '1234', 5, 'EUR')", "(7, 1, '1100', 5, 'EUR')"]
)
def test_a_posting_names_an_amount_an_account_and_an_entry(engine: Engine, posting: str) -> None:
    with pytest.raises(IntegrityError):
        insert_entry(engine, posting)


def test_the_database_refuses_a_second_entry_of_a_balance_transaction(books: Books) -> None:
    record_charge(books)

    with pytest.raises(IntegrityError, match="balance_transaction_id"), books.engine.begin() as connection:
        connection.execute(text(ENTRY.replace("NULL", "'txn_1'")))


def test_the_chart_in_the_database_is_the_chart_in_code(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT code, name, kind FROM ledger_accounts ORDER BY code")).all()

    assert [tuple(row) for row in rows] == [
        (account.value, ACCOUNT_NAMES[account], account_kind(account).value) for account in Account
    ]
