"""A demo leaves no server behind, however it ends."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from service.demo.cli import demo_folder
from service.demo.processes import HOST, Ports, free_ports
from service.private_folders import prepare_var_dir
from tests.recovery.conftest import ROOT, wait_until


@contextmanager
def running_demo(folder: Path, ports: Ports) -> Iterator[subprocess.Popen[bytes]]:
    """Run the demo as `make demo` does, with its data and output in the folder, and yield when it is ready."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PORT_SERVICE": str(ports.service),
        "PORT_SANDBOX": str(ports.sandbox),
        "PORT_NEWSPAPER": str(ports.newspaper),
    }
    output = folder / "output"
    with output.open("wb") as file:
        command = [sys.executable, "-m", "service.demo", "--empty"]
        demo = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)
    try:
        wait_until(lambda: "Keepopen is running" in output.read_text() or demo.poll() is not None)
        assert demo.poll() is None, output.read_text()
        yield demo
    finally:
        demo.terminate()
        demo.wait(60)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def left_behind(folder: Path) -> list[str]:
    """Return the commands of running processes that work in the folder or name it."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd", "status"]):
        command = " ".join(process.info["cmdline"] or [])
        is_of_demo = str(folder) in command or (process.info["cwd"] or "").startswith(str(folder))
        if is_of_demo and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(command)
    return found


def open_to_others(data: Path) -> list[Path]:
    """Return the files and folders below a folder that any user but their owner may read, change or pass through."""
    return [path for path in data.rglob("*") if path.lstat().st_mode & 0o077]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_demo_that_is_ended_leaves_no_server_behind(number: signal.Signals) -> None:
    ports = free_ports()
    # Not `tmp_path`: pytest closes it to other users, and PostgreSQL may run as one.
    with tempfile.TemporaryDirectory(prefix="keepopen-test-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o711)
        with running_demo(folder, ports) as demo:
            assert all(map(listens, (ports.service, ports.sandbox, ports.newspaper)))
            assert len(left_behind(folder)) > 5
            assert open_to_others(folder / "demo-data") == []

            demo.send_signal(number)

            wait_until(lambda: not left_behind(folder))
            assert not any(map(listens, (ports.service, ports.sandbox, ports.newspaper)))


def test_a_demo_and_a_service_in_one_folder_do_not_hinder_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service keeps `var` private. PostgreSQL, which may run as another user, must reach the demo's data."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        with monkeypatch.context() as patch:
            patch.chdir(name)
            for _ in range(2):
                prepare_var_dir(Path("var"))
                with patch.context() as as_root:
                    as_root.setattr(os, "geteuid", lambda: 0)
                    assert demo_folder() == Path(name).resolve() / "demo-data"
                demo_folder().mkdir(exist_ok=True)
