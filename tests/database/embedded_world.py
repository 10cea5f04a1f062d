"""What tests ask about an embedded PostgreSQL server."""

from pathlib import Path

import psutil

from service.database.embedded_server import EmbeddedServer

SECRET = "sk_test_a-secret-of-the-service"


def postmaster(var_dir: Path) -> psutil.Process:
    found = EmbeddedServer.prepared(var_dir).postmaster()
    assert found is not None
    return found


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
