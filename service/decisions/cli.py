"""`flask campaigns preview`."""

import click
from flask.cli import with_appcontext

from service.campaigns.cli import campaigns
from service.decisions.preview import PreviewRequest, make_preview
from service.errors import DomainError
from service.services import current_services


@campaigns.command("preview")
@click.argument("site")
@click.argument("campaign")
@click.option("--variant", default="", help="The variant to show. Default: the first.")
@click.option("--published", is_flag=True, help="Show the published version instead of the newest saved version.")
@click.option(
    "--minutes", type=click.IntRange(1, 10_080), default=60, show_default=True, help="How long the link is valid."
)
@with_appcontext
def preview(site: str, campaign: str, variant: str, published: bool, minutes: int) -> None:
    """Make a link that shows a campaign to everyone who opens it. Its views and clicks are not counted."""
    try:
        made = make_preview(current_services(), PreviewRequest(site, campaign, variant, not published, minutes * 60))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Append to the address of a page with the widget, until {made['expires_at']}:")
    click.echo(made["query"])
