"""The database itself refuses changes to the ledger and entries that do not balance, from every role."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError

from service.database.engine import owner_engine
from service.ledger.accounts import ACCOUNT_NAMES, Account, account_kind
from tests.ledger import make
from tests.ledger.world import Books

LEDGER_TABLES = {  # each with one of its columns
    "ledger_entries": "reason",
    "ledger_postings": "account",
    "ledger_closings": "closed_by",
    "ledger_accounts": "name",
}
ENTRY = (
    "INSERT INTO ledger_entries VALUES (2, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
    "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}')"
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


def test_a_line_cannot_be_added_to_an_entry_later(books: Books) -> None:
    record_charge(books)

    with pytest.raises(IntegrityError, match="not balanced"), books.engine.begin() as connection:
        connection.execute(text("INSERT INTO ledger_postings VALUES (1, 9, '1100', 5, 'EUR')"))


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
