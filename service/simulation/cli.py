"""`flask simulate` and `flask campaigns replay`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import with_appcontext

from service.campaigns.cli import campaigns
from service.campaigns.documents import load_campaign, read_file
from service.campaigns.snapshot.holder import SnapshotHolder
from service.errors import DomainError, InvalidDocumentError
from service.services import current_services
from service.simulation.file import simulate_file
from service.simulation.replay import replay as replay_views


@click.command()
@click.argument("file", type=click.Path(allow_dash=True, path_type=Path))
def simulate(file: Path) -> None:
    """Decide on each page view of a simulation FILE and print a line of JSON for each. FILE - is standard input."""
    with _problems_of(file):
        for line in simulate_file(file):
            click.echo(line)


@campaigns.command("replay")
@click.option("--views", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True), required=True)
@click.argument("draft", type=click.Path(allow_dash=True, path_type=Path))
@with_appcontext
def replay(views: Path, draft: Path) -> None:
    """Count the decisions that the campaign file DRAFT would change for recorded readers.

    Each line of VIEWS is the JSON of a reader's recording. Either file may be standard input: -.
    """
    with _problems_of(draft):
        document = read_file(draft)
        campaign = load_campaign(document.content, document.lines)
    with _problems_of(views), click.open_file(str(views), encoding="utf-8") as lines:
        result = replay_views(current_services().part(SnapshotHolder).current().site(campaign.site), campaign, lines)
    click.echo(f"{result.changed} of {result.decisions} decisions would change ({result.changed_share:.1%}),")
    click.echo(f"for {result.readers} readers: {campaign.key} shown {result.more} times more, {result.fewer} fewer.")
    if result.gone:
        click.echo(f"The recording names campaigns that no longer exist: {', '.join(sorted(result.gone))}.")


@contextmanager
def _problems_of(file: Path) -> Iterator[None]:
    """Print a line for each problem in a file and exit with status 1."""
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
