"""Temporary tables do not mislead the database's guards.

PostgreSQL looks for a table among the temporary ones first, and the application's role may create these.
"""

from collections.abc import Sequence

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

CLOSING = (
    "INSERT INTO public.ledger_closings (kind, closed_through, closed_at, closed_by, last_seq, accepted) "
    "VALUES ('closed', '2026-11-10', now(), 'Nora', 0, '{}')"
)
ENTRY = (
    "INSERT INTO public.ledger_entries VALUES (2, 'bt:x', 'fee', 'fee', 'x', NULL, 'EUR', "
    "'2026-11-10T12:00Z', '2026-11-10', '2026-11-18T12:00Z', '{}', 2)"
)
UNBALANCED = "INSERT INTO public.ledger_postings VALUES (2, 1, '1100', 100, 'EUR'), (2, 2, '4100', -1, 'EUR')"
BALANCED_SHADOW = (
    "CREATE TEMPORARY TABLE ledger_postings AS "
    "SELECT 2::bigint AS entry_seq, n::smallint AS line, 0::bigint AS amount_minor, 'EUR' AS currency "
    "FROM generate_series(1, 2) AS n"
)
PROPOSAL = (
    "INSERT INTO public.manual_entries "
    "(id, kind, currency, accounting_date, why, proposed_by, proposed_at, needs_second_person) "
    "VALUES ('me_1', 'enter', 'EUR', '2026-11-10', 'why', 'Nora', now(), true)"
)
DECISION = "INSERT INTO public.manual_entry_decisions VALUES ('me_1', 'posted', 'Nora', now(), NULL)"
REQUEST = "INSERT INTO public.ledger_reopening_requests VALUES ('rr_1', '2026-11-10', 'why', 'Nora', now())"
REOPENING = (
    "INSERT INTO public.ledger_closings (kind, closed_through, closed_at, closed_by, last_seq, accepted, request_id) "
    "VALUES ('reopened', '2026-11-09', now(), 'Nora', 0, '{}', 'rr_1')"
)


def execute_all(engine: Engine, statements: Sequence[str]) -> None:
    """Execute statements in one transaction, whose temporary tables end with it, because it fails."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def shadow(table: str) -> str:
    return f"CREATE TEMPORARY TABLE {table} (LIKE public.{table})"


@pytest.mark.parametrize(
    ("statements", "refusal"),
    [
        ((CLOSING, shadow("ledger_closings"), ENTRY), "which is closed"),
        ((shadow("ledger_entries"), shadow("ledger_postings"), ENTRY, UNBALANCED), "not balanced"),
        ((BALANCED_SHADOW, ENTRY, UNBALANCED), "not balanced"),
        ((PROPOSAL, shadow("manual_entries"), DECISION), "second person"),
        ((CLOSING, REQUEST, shadow("ledger_reopening_requests"), REOPENING), "two persons"),
        ((CLOSING, shadow("ledger_closings"), CLOSING), "already closed"),
    ],
)
def test_a_shadowed_table_lets_nothing_through(engine: Engine, statements: Sequence[str], refusal: str) -> None:
    with pytest.raises(IntegrityError, match=refusal):
        execute_all(engine, statements)


def test_every_function_that_may_read_tables_says_which_schema_it_means(engine: Engine) -> None:
    """A function that always returns the same for its arguments (IMMUTABLE) reads none. The queue's are not ours."""
    statement = text("""
        SELECT proname FROM pg_proc JOIN pg_language l ON l.oid = prolang
        WHERE pronamespace = 'public'::regnamespace AND lanname IN ('plpgsql', 'sql') AND provolatile <> 'i'
        AND proname NOT LIKE 'procrastinate%' AND prosrc ~* '\\m(from|join|into|update)\\M'
        AND NOT coalesce(proconfig, '{}') @> '{"search_path=public, pg_temp"}'
    """)
    with engine.connect() as connection:
        assert connection.execute(statement).scalars().all() == []


def test_a_closing_cannot_be_numbered_so_that_later_ones_have_no_effect(engine: Engine) -> None:
    ahead = CLOSING.replace("(kind,", "(number, kind,").replace("('closed', '2026-11-10'", "(9, 'closed', '2026-11-05'")

    with pytest.raises(IntegrityError, match="follow"):
        execute_all(engine, (ahead, CLOSING))
