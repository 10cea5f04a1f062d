"""`flask simulate`, `flask campaigns replay` and `flask campaigns preview`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from service.campaigns.cli import campaigns
from service.campaigns.documents import load_campaign, read_file
from service.campaigns.snapshot.holder import SnapshotHolder
from service.decisions.preview import PreviewRequest, make_preview
from service.errors import DomainError, InvalidDocumentError
from service.services import current_services
from service.simulation.file import simulate_file
from service.simulation.replay import replay as replay_views


@click.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
def simulate(file: Path) -> None:
    """Decide on each page view of a simulation file (- is standard input); prints a line of JSON per view."""
    with _problems_of(file):
        for line in simulate_file(file):
            click.echo(line)


@campaigns.command("replay")
@click.option("--views", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True), required=True)
@click.argument("draft", type=click.Path(allow_dash=True, path_type=Path))
@with_appcontext
def replay(views: Path, draft: Path) -> None:
    """Say how many decisions a campaign file would change, on recorded readers: a line of JSON each. Either file may be
    standard input: -."""
    with _problems_of(draft):
        document = read_file(draft)
        campaign = load_campaign(document.content, document.lines)
    with _problems_of(views), click.open_file(str(views), encoding="utf-8") as lines:
        found = replay_views(current_services().part(SnapshotHolder).current().site(campaign.site), campaign, lines)
    click.echo(f"{found.changed} of {found.decisions} decisions would change ({found.changed_share:.1%}),")
    click.echo(f"for {found.readers} readers: {campaign.key} shown {found.more} times more, {found.fewer} fewer.")
    if found.gone:
        click.echo(f"The recording names campaigns that are no more: {', '.join(sorted(found.gone))}.")


@campaigns.command("preview")
@click.argument("site")
@click.argument("campaign")
@click.option("--variant", default="", help="Which variant; the first where left out.")
@click.option("--published", is_flag=True, help="The published version instead of the newest saved one.")
@click.option("--minutes", type=click.IntRange(1, 10_080), default=60, show_default=True, help="How long it holds.")
@with_appcontext
def preview(site: str, campaign: str, variant: str, published: bool, minutes: int) -> None:
    """Make a link that shows a campaign to whoever opens it, and counts in nothing."""
    try:
        made = make_preview(current_services(), PreviewRequest(site, campaign, variant, not published, minutes * 60))
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Append to the address of a page with the widget, until {made['expires_at']}:")
    click.echo(made["query"])


@contextmanager
def _problems_of(file: Path) -> Iterator[None]:
    """An error in a file becomes a line per problem, and status 1."""
    try:
        yield
    except InvalidDocumentError as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        sys.exit(1)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    except UnicodeDecodeError:
        click.echo(f"{file}: is not UTF-8 text", err=True)
        sys.exit(1)
