"""The command `flask --app wsgi demo`, which `python -m service.demo` runs too."""

import os
import sys
import tempfile
from pathlib import Path

import click

from service.database.embedded import stop_embedded
from service.demo.journey import check_journey
from service.demo.processes import Ports, free_ports, refuse_busy_ports
from service.demo.run import running_demo, tour, wait_until_interrupted
from service.errors import DomainError

VAR_DIR = Path("var/demo")


@click.command()
@click.option(
    "--check", is_flag=True, help="Run a reader's journey over HTTP on free ports, check every step, and stop."
)
@click.option("--forget", is_flag=True, help="Stop the database that an earlier demo has left running.")
def demo(check: bool, forget: bool) -> None:
    """Run the service, its worker, the Stripe sandbox and a demo newspaper on loopback."""
    try:
        if forget:
            stop_embedded(VAR_DIR)
        elif check:
            _check()
        else:
            _run()
    except DomainError as error:
        sys.exit(str(error))


def _run() -> None:
    usual = Ports()
    ports = Ports(
        int(os.environ.get("PORT_SERVICE", usual.service)),
        int(os.environ.get("PORT_SANDBOX", usual.sandbox)),
        int(os.environ.get("PORT_NEWSPAPER", usual.newspaper)),
    )
    refuse_busy_ports(ports)
    click.echo("Starting ...")
    with running_demo(ports, VAR_DIR) as running:
        click.echo(tour(running))
        wait_until_interrupted(running)
        click.echo("Stopping ...")


def _check() -> None:
    with tempfile.TemporaryDirectory(prefix="keepopen-check-") as folder:
        with running_demo(free_ports(), Path(folder)) as running:
            check_journey(running)
