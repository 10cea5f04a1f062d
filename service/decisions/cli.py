"""`flask simulate FILE`: how editors ask why, and how behaviour is accepted."""

import sys
from pathlib import Path

import click

from service.decisions.simulation_file import simulate_file
from service.errors import InvalidDocumentError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def simulate(file: Path) -> None:
    """Decide on each page view of a simulation file; prints a line of JSON per view."""
    try:
        for line in simulate_file(file):
            click.echo(line)
    except InvalidDocumentError as error:
        for problem in error.problems:
            click.echo(f"{file}: {problem}", err=True)
        sys.exit(1)
