"""The private PostgreSQL server that the service starts if DATABASE_URL is not set."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from service.database.embedded_server import APPLICATION_ROLE, EmbeddedServer


def start_embedded(var_dir: Path) -> str:
    """Start the PostgreSQL server with its data in `var_dir`/postgresql unless it runs, and return its owner's address.

    The server accepts connections then, and keeps running after this process ends, until `stop_embedded` is called.
    Raise SettingsError if it cannot run in `var_dir`, and StoreUnavailableError if it does not start.
    """
    server = EmbeddedServer.prepared(var_dir)
    with server.locked():
        server.stop_mark.unlink(missing_ok=True)
        server.start()
    return server.address()


def embedded_address(var_dir: Path) -> str:
    """Return the owner's address of the server of `var_dir`, whether it runs or not."""
    return EmbeddedServer.prepared(var_dir).address()


def as_application(address: str) -> str:
    """Return the address at which the application signs in to the embedded server with this owner's address."""
    return make_url(address).set(username=APPLICATION_ROLE).render_as_string()


def revive_embedded(var_dir: Path) -> None:
    """Start the server of `var_dir` again if it was killed. Do nothing if it runs or was stopped on purpose."""
    server = EmbeddedServer.prepared(var_dir)
    with server.locked():
        if not server.stop_mark.exists():
            server.start()


def stop_embedded(var_dir: Path) -> None:
    """Stop the server of `var_dir`. Do nothing if it does not run."""
    if not (var_dir / "postgresql" / "PG_VERSION").exists():
        return
    server = EmbeddedServer.prepared(var_dir)
    with server.locked():
        server.stop_mark.touch(mode=0o600)
        server.stop()


@contextmanager
def embedded_postgresql(var_dir: Path) -> Iterator[str]:
    """Start the PostgreSQL server of `var_dir`, yield its owner's address, and stop it at the end of the block."""
    address = start_embedded(var_dir)
    try:
        yield address
    finally:
        stop_embedded(var_dir)
