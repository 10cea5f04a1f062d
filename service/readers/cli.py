"""The command group `flask readers`. Rooms above add commands that erase what they keep about a reader too."""

import click


@click.group()
def readers() -> None:
    """Erase what is held about readers."""
