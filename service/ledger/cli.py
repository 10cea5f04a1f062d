"""Commands: `ledger explain` and `ledger compare`, and the group of all `ledger` commands."""

import sys
from typing import TextIO

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.ledger.closings.cli import reopen, show_closings
from service.ledger.explain.explaining import explain
from service.ledger.explain.explanation import explanation_lines
from service.ledger.manual.cli import COMMANDS
from service.ledger.payouts.report import comparison_line, read_report
from service.ledger.payouts.tying import compare_report
from service.ledger.standing_rules.cli import rules
from service.services import current_services


@click.group()
def ledger() -> None:
    """Check, explain, close and rebuild the books, and post entries by a person."""


for command in (*COMMANDS, rules, show_closings, reopen):
    ledger.add_command(command)


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
