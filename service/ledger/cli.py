"""Commands: `ledger explain`, `ledger compare` and `ledger close`."""

import sys
from datetime import datetime
from typing import TextIO

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.ledger.closing import close_period
from service.ledger.explain import explain
from service.ledger.explanation import explanation_lines
from service.ledger.payouts.report import comparison_line, read_report
from service.ledger.payouts.tying import compare_report
from service.services import current_services


@click.group()
def ledger() -> None:
    """Check, explain, close and rebuild the books."""


@ledger.command("explain")
@click.argument("wanted", metavar="ID")
@with_appcontext
def explain_id(wanted: str) -> None:
    """Explain where a number comes from. ID names an entry (number or key), a Stripe object or a contribution."""
    with connected(current_services().engine) as connection:
        explanation = explain(connection, wanted)
    if not explanation:
        sys.exit(f"No entry, Stripe object or contribution has the id {wanted}.")
    for line in explanation_lines(explanation):
        click.echo(line)


@ledger.command("compare")
@click.argument("report", type=click.File(encoding="utf-8-sig"))
@with_appcontext
def compare(report: TextIO) -> None:
    """Compare payouts with REPORT, Stripe's itemized payout reconciliation as CSV. Exit status 1 if any differs."""
    try:
        payouts = read_report(report)
    except (DomainError, UnicodeDecodeError) as error:
        sys.exit(f"Not compared: {error}")
    with connected(current_services().engine) as connection:
        comparisons = compare_report(connection, payouts)
    for comparison in comparisons:
        colour = "red" if comparison.differences else "green"
        click.echo(f"{click.style(f'{colour:5}', fg=colour)} {comparison_line(comparison)}")
    if any(comparison.differences for comparison in comparisons):
        sys.exit(1)


@ledger.command("close")
@click.argument("day", type=click.DateTime(formats=["%Y-%m-%d"]))
@click.option("--by", default="command line", help="Who closes the books; saved with the closing.")
@with_appcontext
def close(day: datetime, by: str) -> None:
    """Close every day up to and including DAY. Facts that arrive later are dated to the first open day."""
    services = current_services()
    try:
        close_period(services.engine, services.settings.accounting_zone, day.date(), services.clock(), by)
    except DomainError as error:
        sys.exit(f"Not closed: {error}")
    click.echo(f"Closed through {day:%Y-%m-%d}.")
