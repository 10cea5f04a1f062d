"""`flask ledger check|explain|compare|close|rebuild`."""

import sys
from datetime import datetime
from typing import TextIO

import click
from flask.cli import with_appcontext

from service.errors import DomainError
from service.ledger.explain_store import explain
from service.ledger.explanation import explanation_lines
from service.ledger.payout_report import comparison_line, read_report
from service.ledger.payout_store import compare_report
from service.ledger.period_store import close_period
from service.services import current_services


@click.group()
def ledger() -> None:
    """The books: are they right, where does a number come from, which days are closed."""


@ledger.command("explain")
@click.argument("wanted", metavar="ID")
@with_appcontext
def explain_id(wanted: str) -> None:
    """Say where a number comes from: an entry's number or key, a Stripe object's id, or a contribution's."""
    with current_services().engine.connect() as connection:
        explanation = explain(connection, wanted)
    if not explanation:
        sys.exit(f"Nothing is known of {wanted}.")
    for line in explanation_lines(explanation):
        click.echo(line)


@ledger.command("compare")
@click.argument("report", type=click.File(encoding="utf-8-sig"))
@with_appcontext
def compare(report: TextIO) -> None:
    """Compare payouts with Stripe's itemized payout reconciliation REPORT (CSV); ends with status 1 if one differs."""
    try:
        told = read_report(report)
    except (DomainError, UnicodeDecodeError) as error:
        sys.exit(f"Not compared: {error}")
    with current_services().engine.connect() as connection:
        comparisons = compare_report(connection, told)
    for comparison in comparisons:
        colour = "red" if comparison.differences else "green"
        click.echo(f"{click.style(f'{colour:5}', fg=colour)} {comparison_line(comparison)}")
    if any(comparison.differences for comparison in comparisons):
        sys.exit(1)


@ledger.command("close")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--by", default="command line", help="Who closes, for the record.")
@with_appcontext
def close(day: datetime, by: str) -> None:
    """Close every day up to and including DAY; what comes later is dated to the first open day."""
    services = current_services()
    try:
        close_period(services.engine, services.settings.accounting_zone, day.date(), services.clock(), by)
    except DomainError as error:
        sys.exit(f"Not closed: {error}")
    click.echo(f"Closed through {day:%Y-%m-%d}.")
