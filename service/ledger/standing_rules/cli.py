"""Commands: `ledger rules list`, `send` and `end`."""

import sys

import click
from flask.cli import with_appcontext

from service.database.transaction import connected
from service.errors import DomainError
from service.ledger.manual.cli import books
from service.ledger.manual.open_items_store import open_items
from service.ledger.standing_rules.deciding import end_rule, send_category
from service.ledger.standing_rules.store import read_rules
from service.services import current_services


@click.group("rules")
def rules() -> None:
    """Say where movements of a category go from now on, in place of suspense or 4900."""


@rules.command("list")
@with_appcontext
def list_rules() -> None:
    """List every decision on a standing rule, the oldest first."""
    with connected(current_services().engine) as connection:
        decisions = read_rules(connection).decisions
    for rule in decisions:
        goes = f"goes to {rule.account}" if rule.account else "has no rule"
        click.echo(f"after entry {rule.after_seq}  {rule.category} {goes}  ({rule.decided_by}: {rule.why})")
    if not decisions:
        click.echo("There are none.")


@rules.command("send")
@click.argument("category")
@click.option("--to", "account", required=True, help="An account of your own; see `ledger accounts add`.")
@click.option("--by", required=True, help="The name of the person; saved with the rule.")
@click.option("--why", required=True, help="The reason; saved with the rule.")
@with_appcontext
def send(category: str, account: str, by: str, why: str) -> None:
    """Send movements of CATEGORY to an account from now on.

    CATEGORY is a reporting category of Stripe that no posting rule knows, such as other_adjustment, or
    receipts_not_ours for charges that carry no contribution of this service.
    """
    try:
        rule = send_category(books(), category, account, by, why)
    except DomainError as error:
        sys.exit(f"Nothing was changed: {error}")
    click.echo(f"What is posted after entry {rule.after_seq} of the category {rule.category} goes to {rule.account}.")
    with connected(current_services().engine) as connection:
        earlier = sum(item.category == rule.category for item in open_items(connection))
    if earlier:
        command = f"flask --app wsgi ledger reclassify --category {rule.category} --to {rule.account}"
        click.echo(f"{earlier} earlier ones are still open. To move them: {command} --by NAME --why REASON")


@rules.command("end")
@click.argument("category")
@click.option("--by", required=True, help="The name of the person; saved with the rule.")
@click.option("--why", required=True, help="The reason; saved with the rule.")
@with_appcontext
def end(category: str, by: str, why: str) -> None:
    """End the rule of CATEGORY."""
    try:
        rule = end_rule(books(), category, by, why)
    except DomainError as error:
        sys.exit(f"Nothing was changed: {error}")
    click.echo(f"What is posted after entry {rule.after_seq} of the category {rule.category} has no standing rule.")
