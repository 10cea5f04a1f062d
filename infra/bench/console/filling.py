"""Fill an empty PostgreSQL with a large newsroom: facts are copied in, and the service itself posts the entries."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from flask import Flask

from infra.bench.console.balance import Balance
from infra.bench.console.copying import TableWriter
from infra.bench.console.documents import Editors, write_counts
from infra.bench.console.facts import Facts
from infra.bench.console.life import contributions
from infra.bench.console.staff import write_people, write_record_rows, write_requests
from infra.bench.exports import bench_settings
from service.app import create_app
from service.database.migrate import migrate
from service.database.transaction import committed
from service.ledger.invariants.check_store import save_checks
from service.ledger.post_due import post_in_batches
from service.reconciliation.checking import CONTRIBUTIONS_PER_CHECK, check_everything
from service.reconciliation.pull_store import set_pulled_through
from service.services import EXTENSION, Services

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=UTC)
# What `fold_lifecycle` says of these contributions, in one statement; a check of the books compares the two.
_LIFECYCLES = """
UPDATE contributions k SET changed_at = k.created_at, paid_minor = paid.minor, refunded_minor = paid.refunded_minor,
    paid_count = paid.count, first_paid_at = paid.first_at, dispute_status = paid.dispute_status,
    subscription_id = s.id, recurring_minor = s.amount_minor, recurring_currency = s.currency,
    paid_until = s.current_period_ends_at, ended_at = s.ended_at,
    state = CASE WHEN s.id IS NOT NULL THEN s.status WHEN paid.count = 0 THEN 'expired'
        WHEN paid.refunded_minor >= paid.minor THEN 'refunded' ELSE 'complete' END
FROM contributions own
LEFT JOIN subscriptions s ON s.contribution_id = own.id
CROSS JOIN LATERAL (
    SELECT count(*) AS count, coalesce(sum(c.amount_captured_minor), 0) AS minor, min(c.created_at) AS first_at,
        coalesce(sum(r.amount_minor), 0) AS refunded_minor,
        (array_agg(d.status ORDER BY d.created_at DESC) FILTER (WHERE d.id IS NOT NULL))[1] AS dispute_status
    FROM charges c LEFT JOIN refunds r ON r.charge_id = c.id LEFT JOIN disputes d ON d.charge_id = c.id
    WHERE c.contribution_id = own.id AND c.status = 'succeeded'
) paid
WHERE own.id = k.id
"""
EDITORS = slice(0, 3)  # of the people, those with drafts


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the newsroom is."""

    contributions: int = 100_000
    campaigns: int = 200
    record_rows: int = 100_000
    view_days: int = 730


@contextmanager
def running(address: str, var_dir: Path) -> Iterator[Flask]:
    """Yield the service in this process, on a clock that stands still."""
    settings = replace(bench_settings(), database_url=address, var_dir=var_dir)
    app = create_app(settings, clock=lambda: NOW, has_background=False)
    try:
        yield app
    finally:
        app.extensions[EXTENSION].close()


def fill(address: str, scale: Scale, var_dir: Path) -> None:
    """Migrate an empty database, and write the newsroom into it."""
    migrate(address)
    with running(address, var_dir) as app, psycopg.connect(address, autocommit=True) as owner:
        services: Services = app.extensions[EXTENSION]
        _write_money(owner, scale)
        post_in_batches(services.engine, services.settings.accounting_zone, NOW)
        people = write_people(services)
        editors = Editors(services, tuple((person.id, person.name) for person in people[EDITORS]))
        editors.write_sites()
        editors.write_campaigns(scale.campaigns)
        editors.write_drafts(scale.campaigns)
        write_counts(owner, scale.campaigns, scale.view_days, NOW)
        write_record_rows(owner, scale.record_rows, people, NOW)
        write_requests(owner, people, NOW)
        owner.execute("VACUUM ANALYZE")
        _check(services)


def _write_money(owner: psycopg.Connection, scale: Scale) -> None:
    writer = TableWriter(owner)
    balance = Balance(writer, NOW)
    facts = Facts(writer, balance, NOW)
    for lived in contributions(scale.contributions, scale.campaigns, NOW):
        facts.contribution(lived)
    balance.pay_out()
    writer.finish()
    owner.execute("ANALYZE")
    owner.execute(_LIFECYCLES)


def _check(services: Services) -> None:
    """Check the books as the worker does, without Stripe, and note that Stripe was read to the end."""
    checks = check_everything(services, None, CONTRIBUTIONS_PER_CHECK)
    with committed(services.engine) as connection:
        save_checks(connection, checks, NOW)
        set_pulled_through(connection, NOW)
