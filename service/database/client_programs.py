"""PostgreSQL's own programs for dumps: `pg_dump` and `pg_restore`."""

import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg.pq import Conninfo

from service.database.embedded_server import ENVIRONMENT, programs_folder
from service.errors import DomainError
from service.settings import SettingsError

# Where Debian keeps the programs of a server that it installed. They are as new as that server: an older pg_dump may
# write what no server takes back, and a newer pg_restore may use settings that an older server does not know.
SYSTEM_PROGRAMS = "/usr/lib/postgresql/{major}/bin"


class ProgramFailedError(DomainError):
    """A program of PostgreSQL failed. The message has what it said."""

    code = "database_program_failed"


def dump_database(address: str, snapshot: str, target: Path) -> None:
    """Write the whole database, as of a snapshot that another session has exported, into a file."""
    _run("pg_dump", address, "--format=custom", f"--snapshot={snapshot}", f"--file={target}")


def load_database(address: str, source: Path) -> None:
    """Restore a dump into an empty database, all or nothing. Roles and owners are not restored."""
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run("pg_restore", address, *options, f"--dbname={_name_of(address)}", str(source))


def _run(name: str, address: str, *arguments: str) -> None:
    """Run a program with the address in its environment, because other users can read the arguments of a process."""
    given = {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(_plain(address).encode())
        if option.envvar and option.val
    }
    done = subprocess.run(
        [_program(name, _major_of(address)), *arguments],
        env={**ENVIRONMENT, **given},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ProgramFailedError(f"{name} failed: {done.stderr.strip() or done.returncode}")


def _program(name: str, major: int) -> str:
    """Return the path of a program: the system's for servers of this version, or the package's, or any."""
    of_server = Path(SYSTEM_PROGRAMS.format(major=major)) / name
    if of_server.exists():
        return str(of_server)
    try:
        return str(programs_folder() / name)
    except SettingsError:
        found = shutil.which(name)
        if found is None:
            raise ProgramFailedError(f"{name} is not installed. On Debian: apt install postgresql-client") from None
        return found


def _major_of(address: str) -> int:
    """Return the major version of a server. Raise ProgramFailedError if it does not answer."""
    try:
        with psycopg.connect(_plain(address)) as connection:
            return connection.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise ProgramFailedError(f"the database does not answer: {error}") from None


def _name_of(address: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(_plain(address))["dbname"])


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg://", "postgresql://", 1)
