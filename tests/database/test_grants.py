"""The application's role can do what the service does, and nothing that would let a caller gain money or rights."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

FORBIDDEN = [
    "UPDATE refund_requests SET amount_minor = 1",
    "UPDATE refund_requests SET charge_id = 'ch_2'",
    "UPDATE refund_requests SET requested_by = 'x'",
    "UPDATE portal_links SET contribution_id = 'ctb_2'",
    "UPDATE portal_links SET expires_at = now()",
    "UPDATE tokens SET role = 'admin'",
    "UPDATE tokens SET site = NULL",
    "UPDATE tokens SET digest = ''",
    "UPDATE erasures SET erased_by = 'x'",
    "DELETE FROM erasures",
    "DELETE FROM tokens",
    "DELETE FROM contributions",
    "DELETE FROM charges",
    "DELETE FROM stripe_events",
    "DELETE FROM export_runs",
    "UPDATE export_runs SET asked_by = 'x'",
    "UPDATE receipts SET number = 1",
    "CREATE TABLE own (id int)",
    "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'",
]


LOSE_ROWS = {
    "drafts",
    "ledger_checks",
    "mail_outbox",
    "portal_links",
    "posting_queue",
    "readers",
    "refund_requests",
    "reported_events",
    "snapshot_holders",
    "variant_shares",
}


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_may_not(engine: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), engine.begin() as connection:
        connection.execute(text(statement))


def test_only_tables_that_lose_rows_may_lose_them(engine: Engine) -> None:
    """A table that is added later gets no right to delete without being listed here."""
    statement = text("""
        SELECT relname FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'procrastinate%'
        AND has_table_privilege('keepopen_app', oid, 'DELETE') ORDER BY relname
    """)
    with engine.connect() as connection:
        found = list(connection.execute(statement).scalars())

    assert set(found) == LOSE_ROWS
