"""Accounts that an organisation adds to the chart."""

from sqlalchemy import Engine

from service.database.transaction import committed
from service.ledger.accounts import is_own_account
from service.ledger.accounts_store import ChartAccount, chart_of_accounts, insert_account
from service.ledger.manual.checks import ManualEntryError, clean_text
from service.ledger.store import lock_ledger


def add_account(engine: Engine, code: str, name: str) -> ChartAccount:
    """Add an account to the chart and return it. Raise ManualEntryError if the code is taken or has another form."""
    cleaned = clean_text(name, "the name of the account")
    with committed(engine) as connection:
        lock_ledger(connection)
        taken = chart_of_accounts(connection).get(code)
        if taken is not None:
            raise ManualEntryError(f"{code} is {taken.name} already; accounts never change, so take another code")
        if not is_own_account(code):
            raise ManualEntryError(
                f"{code} cannot be an account; take four digits that begin with 1 (asset), 2 (liability), 4 (income) "
                "or 5 (expense)"
            )
        insert_account(connection, code, cleaned)
        return chart_of_accounts(connection)[code]
