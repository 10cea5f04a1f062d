"""Upgrade while readers read: expand, restart one process after another, contract."""

import time
from collections.abc import Callable

import psycopg

from infra.rehearsal.installation import WEB, WORKERS
from infra.rehearsal.next_release import TABLES, NextRelease
from infra.rehearsal.parts import RehearsalError
from infra.rehearsal.postgresql_cluster import OWNER
from infra.rehearsal.scene import Scene

HALF = len(WEB) // 2
KILLED_AFTER_SECONDS = (0.5, 3.0)  # from before the migration begins until it is done
MIGRATION_SECONDS = 300


def restart_web(scene: Scene) -> None:
    """Restart all web processes, one after another."""
    for name in WEB:
        _renew_web(scene, name)


def upgrade(scene: Scene, in_between: Callable[[Scene], None]) -> None:
    """Bring the next release while the old one serves, and do `in_between` when half of the processes are new.

    A first migration is killed, and two more are started at once. Old web processes and an old worker go on with the
    expanded database. The contraction comes when no old process is left.
    """
    releases = scene.installation.releases
    release = NextRelease.written(scene.installation.folder / "next")
    _kill_migration(scene, release)
    scene.note("two migrations at once that expand", _migrate(scene, release))
    scene.rest()  # only old processes, on the expanded database
    releases.update(dict.fromkeys((*WEB[:HALF], WORKERS[0]), release.root))
    _renew_worker(scene, WORKERS[0])
    for name in WEB[:HALF]:
        _renew_web(scene, name)
    in_between(scene)
    releases.update(dict.fromkeys(WEB[HALF:], release.root))
    for name in WEB[HALF:]:
        _renew_web(scene, name)
    scene.rest()  # new web processes beside an old worker
    releases[WORKERS[1]] = release.root
    _renew_worker(scene, WORKERS[1])
    release.add_contraction()
    scene.note("two migrations at once that contract", _migrate(scene, release))
    scene.rest()


def rows_by_release(scene: Scene) -> dict[str, dict[str, int]]:
    """Return how many rows of each table the old and the new processes wrote."""
    with psycopg.connect(scene.installation.database.address(OWNER)) as connection:
        counted = {table: f"SELECT written_by, count(*) FROM {table} GROUP BY 1 ORDER BY 1" for table in TABLES}  # noqa: S608
        return {table: dict(connection.execute(query.encode()).fetchall()) for table, query in counted.items()}


def _kill_migration(scene: Scene, release: NextRelease) -> None:
    started = scene.installation.begin_command(release.root, "migrate")
    time.sleep(scene.chance.uniform(*KILLED_AFTER_SECONDS))
    started.kill()
    started.communicate()


def _migrate(scene: Scene, release: NextRelease) -> float:
    """Run two migrations at once. Return the seconds until both are done. Raise RehearsalError if one fails."""
    began = time.monotonic()
    started = [scene.installation.begin_command(release.root, "migrate") for _ in range(2)]
    for process in started:
        said, _ = process.communicate(timeout=MIGRATION_SECONDS)
        if process.returncode:
            raise RehearsalError(f"a migration failed: {said[-2000:]}")
    return time.monotonic() - began


def _renew_web(scene: Scene, name: str) -> None:
    scene.installation.parts.stop(name)
    scene.note(f"restart of {name}", scene.installation.start_web(name))


def _renew_worker(scene: Scene, name: str) -> None:
    scene.installation.parts.stop(name)
    scene.installation.start_worker(name)
