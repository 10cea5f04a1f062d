"""The command `flask --app wsgi demo`, which `python -m service.demo` runs too."""

import hashlib
import os
import stat
import sys
import tempfile
from pathlib import Path

import click

from service.database.embedded import stop_embedded
from service.demo.journey import check_journey
from service.demo.processes import Ports, free_ports, refuse_busy_ports
from service.demo.run import running_demo, tour, wait_until_interrupted
from service.errors import DomainError

MAX_FOLDER_BYTES = 80  # with room for the name of the database's socket


def demo_folder() -> Path:
    """Return the folder of the demo's data: `demo-data`, or a folder in /var/tmp if PostgreSQL cannot work there.

    It is not in `var`, which a service that runs here without VAR_DIR keeps private. PostgreSQL cannot work if the path
    is too long for a socket. If root runs the demo, PostgreSQL runs as another user, who must be able to pass through
    every folder above.
    """
    folder = Path("demo-data").resolve()
    is_closed = os.geteuid() == 0 and not all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents)
    if not is_closed and len(os.fsencode(folder)) <= MAX_FOLDER_BYTES:
        return folder
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path("/var/tmp") / f"keepopen-demo-{os.geteuid()}-{name}"  # noqa: S108 prepare_var_dir refuses a foreign folder


@click.command()
@click.option(
    "--check", is_flag=True, help="Run a reader's journey over HTTP on free ports, check every step, and stop."
)
@click.option("--forget", is_flag=True, help="Stop the database that an earlier demo has left running.")
@click.option("--empty", is_flag=True, help="Begin without the two invented weeks.")
def demo(check: bool, forget: bool, empty: bool) -> None:
    """Run the service, its worker, the Stripe sandbox and a demo newspaper on loopback."""
    try:
        if forget:
            stop_embedded(demo_folder())
        elif check:
            _check()
        else:
            _run(has_past=not empty)
    except DomainError as error:
        sys.exit(str(error))


def _run(*, has_past: bool) -> None:
    usual = Ports()
    ports = Ports(
        int(os.environ.get("PORT_SERVICE", usual.service)),
        int(os.environ.get("PORT_SANDBOX", usual.sandbox)),
        int(os.environ.get("PORT_NEWSPAPER", usual.newspaper)),
    )
    refuse_busy_ports(ports)
    click.echo("Starting ..." if not has_past else "Starting. The first time, two invented weeks are lived first ...")
    with running_demo(ports, demo_folder(), has_past=has_past) as running:
        click.echo(tour(running))
        wait_until_interrupted(running)
        click.echo("Stopping ...")


def _check() -> None:
    with tempfile.TemporaryDirectory(prefix="keepopen-check-") as folder:
        with running_demo(free_ports(), Path(folder), has_past=True) as running:
            check_journey(running)
