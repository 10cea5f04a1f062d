"""Make and end standing rules."""

from dataclasses import replace

from sqlalchemy import Connection

from service.database.transaction import committed
from service.ledger.accounts import is_own_account
from service.ledger.accounts_store import chart_of_accounts
from service.ledger.manual.checks import ManualEntryError, clean_text
from service.ledger.manual.entering import Bookkeeping
from service.ledger.posting.standalone import POSTED_CATEGORIES
from service.ledger.standing_rules.rule import StandingRule
from service.ledger.standing_rules.store import insert_rule, read_rules
from service.ledger.store import last_seq, lock_ledger


def send_category(books: Bookkeeping, category: str, account: str, by: str, why: str) -> StandingRule:
    """Send what is posted from now on of a category to an account. Raise ManualEntryError if that is not possible.

    The account must be one of the organisation's own. Our accounts equal what export files and Stripe say, which a
    standing rule would break.
    """
    name = clean_text(category, "the category")
    if name in POSTED_CATEGORIES:
        raise ManualEntryError(f"a posting rule posts {name}, so a standing rule cannot; see docs/money.md")
    with committed(books.engine) as connection:
        lock_ledger(connection)
        if account not in chart_of_accounts(connection) or not is_own_account(account):
            raise ManualEntryError(
                f"{account} is not an account of your own; add one, such as "
                f'`ledger accounts add 4950 "Other receipts"`, and send {name} there'
            )
        return _decide(connection, StandingRule(name, account, last_seq(connection), why, by, books.now))


def end_rule(books: Bookkeeping, category: str, by: str, why: str) -> StandingRule:
    """End the rule of a category, so that its movements go to suspense or 4900 again.

    Raise ManualEntryError if no rule is in force.
    """
    with committed(books.engine) as connection:
        lock_ledger(connection)
        if read_rules(connection).account_for(category, None) is None:
            raise ManualEntryError(f"no rule sends {category} anywhere; see `ledger rules list`")
        return _decide(connection, StandingRule(category, None, last_seq(connection), why, by, books.now))


def _decide(connection: Connection, rule: StandingRule) -> StandingRule:
    """Save a rule with clean texts, and return it."""
    why, by = clean_text(rule.why, "the reason"), clean_text(rule.decided_by, "the name of the person")
    rule = replace(rule, why=why, decided_by=by)
    insert_rule(connection, rule)
    return rule
