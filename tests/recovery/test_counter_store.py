"""Rate limits that several processes share in a real Redis, also while it hangs."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from service.app import create_app
from service.settings import Settings, SettingsError
from tests.recovery.conftest import Installation, wait_until
from tests.recovery.serving import HOST, Served, serving

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
PER_MINUTE = 20  # checkouts of an address
QUICK_SECONDS = 0.5

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs redis-server or valkey-server")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The port and the process of a store without persistence."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [str(SERVER), "--port", str(port), "--bind", HOST, "--save", "", "--dir", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: is_listening(port))
        yield port, process
    finally:
        process.kill()
        process.wait()


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def check_out(served: Served, reader: int) -> tuple[bool, float]:
    """Send an empty checkout of a reader's address. Return whether it was within the limit, and its seconds."""
    began = time.monotonic()
    headers = {"X-Forwarded-For": f"203.0.{reader}.1", "Content-Type": "application/json"}
    status = served.ask("/v1/checkout", "POST", b"{}", seconds=30, **headers)[0]
    return status != 429, time.monotonic() - began


def within_limit(served: Served, requests: int, reader: int) -> int:
    with ThreadPoolExecutor(4) as pool:
        return sum(passed for passed, _ in pool.map(lambda _: check_out(served, reader), range(requests)))


def test_processes_share_limits_and_a_store_that_hangs_delays_nobody(
    installation: Installation, store: tuple[int, subprocess.Popen[bytes]]
) -> None:
    port, process = store
    settings = {"RATELIMIT_STORAGE_URI": f"valkey://{HOST}:{port}", "TRUSTED_PROXIES": "1"}
    with serving(installation, "--workers", "2", **settings) as served:
        assert within_limit(served, 30, reader=1) == PER_MINUTE

        process.send_signal(signal.SIGSTOP)
        with ThreadPoolExecutor(4) as pool:
            checkouts = [pool.submit(check_out, served, reader) for reader in range(10, 30)]
            assert served.slow_moments("/livez") < QUICK_SECONDS
            assert all(checkout.result()[0] for checkout in checkouts)
            assert max(checkout.result()[1] for checkout in checkouts) < 4 * QUICK_SECONDS
        process.send_signal(signal.SIGCONT)

        readers = count(40)  # a new one each time, because some of its requests may be counted by a process alone
        wait_until(lambda: within_limit(served, 2 * PER_MINUTE, next(readers)) == PER_MINUTE)


def test_an_option_that_the_client_cannot_read_is_named(settings: Settings) -> None:
    wrong = "redis://127.0.0.1/0?socket_timeout=soon"

    with pytest.raises(SettingsError, match="RATELIMIT_STORAGE_URI"):
        create_app(replace(settings, ratelimit_storage_uri=wrong), has_background=False)
