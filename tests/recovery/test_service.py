"""The web process outlives its database: it starts a killed server again, loses no counts, and starts without one."""

import json
import signal
import time
from datetime import date

import psutil
import pytest

from infra.bench.books import write_books
from infra.bench.newsroom import page_view
from service.assembly import build_services
from service.campaigns.snapshot.holder import SnapshotHolder
from service.clock import system_clock
from service.decisions.tally import Cell, Counted, Tally, reported_event
from service.demo.processes import Ports
from service.demo.seed import seed, site_document
from service.demo.settings import SECRET_KEY
from service.insights.flusher import Flusher
from service.settings import Settings
from tests.recovery.conftest import Installation, installed, wait_until
from tests.recovery.serving import serving

DAY = date(2026, 11, 18)
SEEN = Cell("courier", "autumn", "control", DAY, True, Counted.SEEN)
COUNTS = "SELECT sum(count) FROM prompt_counts"


def test_a_service_starts_its_killed_server_again_and_then_saves_its_counts(installation: Installation) -> None:
    settings = Settings(
        public_url="https://support.courier.example",
        secret_keys=("a-key-of-the-tests-a-key-of-the-tests",),
        stripe_api_key="sk_test_of_the_tests",
        stripe_webhook_secrets=("whsec_of_the_tests",),
        var_dir=installation.var_dir,
    )
    services = build_services(settings, system_clock)
    holder, tally = services.part(SnapshotHolder), services.part(Tally)
    flusher = Flusher(services.engine, tally, seconds=0.1)
    holder.start()
    flusher.start()

    installation.kill_server()
    tally.add_report(reported_event("seen:0", 0), SEEN)

    wait_until(installation.is_answering)
    wait_until(lambda: installation.rows(COUNTS) == [(1,)])
    wait_until(lambda: holder.age_seconds(system_clock()) < 2)
    flusher.stop()
    holder.stop()
    services.close()


def test_a_download_is_cut_if_its_database_is_killed_and_works_again_afterwards(installation: Installation) -> None:
    write_books(installation.address, 40_000, is_livemode=False)  # more than the buffers on the way hold
    token = seed(installation.address, Ports(), installation.var_dir)
    request = f"GET /v1/exports/journal.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    with serving(installation, SECRET_KEYS=SECRET_KEY) as served:
        with served.sending(request.encode(), takes_little=True) as reader:
            assert reader.recv(12) == b"HTTP/1.1 200"
            installation.kill_server()
            received = b"".join(iter(lambda: reader.recv(1 << 20), b""))

        assert not received.endswith(b"0\r\n\r\n")
        wait_until(lambda: served.ask("/v1/exports/payouts.csv", Authorization=f"Bearer {token}")[0] == 200)
        output = installation.output.read_bytes()
    assert b"answer_cut" in output
    assert b"Traceback" not in output


def test_a_service_that_starts_without_its_database_decides_from_the_last_snapshot(installation: Installation) -> None:
    seed(installation.address, Ports(), installation.var_dir)
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing", "SECRET_KEYS": SECRET_KEY}
    origin = site_document(Ports())["origins"][0]
    headers = {"Origin": origin, "Content-Type": "application/json"}
    body = json.dumps({**page_view(1), "site": "courier"}).encode()
    with serving(installation, SECRET_KEYS=SECRET_KEY) as served:
        assert served.ask("/v1/decide", "POST", body, **headers)[0] == 200

    with serving(installation, **away) as served:
        assert served.ask("/readyz")[0] == 200
        assert served.ask("/v1/decide", "POST", body, **headers)[0] == 200
        assert served.ask("/webhooks/stripe", "POST", b"{}")[0] in {400, 503}
        lines = [json.loads(line) for line in installation.output.read_text().splitlines()]
        assert "campaigns_from_file" in {line["event"] for line in lines}
        time.sleep(4)

    seen = [json.loads(line) for line in installation.output.read_text().splitlines()]
    for event in ("campaigns_not_refreshed", "database_refused"):
        reasons = [line["reason"] for line in seen if line["event"] == event]
        assert len(reasons) <= 2 * 4  # of each process: at once, when the reason changes, and then once a minute
        assert any("Connection refused" in reason for reason in reasons)

    with serving(installation, **{**away, "SECRET_KEYS": "another-key-another-key-another-key"}) as served:
        assert served.ask("/readyz")[0] == 503


@pytest.mark.parametrize("seconds", [0.0, 0.2, 0.5, 1.0])
def test_a_stop_during_the_start_is_carried_out(installation: Installation, seconds: float) -> None:
    with installation.running(["-m", "service", "--port", "0"]) as process:
        wait_until(lambda: "Spawning worker" in installation.output.read_text())
        time.sleep(seconds)

        process.send_signal(signal.SIGTERM)

        assert process.wait(30) == 0  # granian gives a process that ignores the stop 45 seconds


def test_the_processes_of_a_service_end_if_its_main_process_is_killed(installation: Installation) -> None:
    with serving(installation, "--workers", "2") as served:
        main = psutil.Process(served.pid)
        wait_until(lambda: len(main.children(recursive=True)) >= 4)  # two servers, and their back offices
        others = main.children(recursive=True)
        main.kill()

        _, alive = psutil.wait_procs(others, timeout=30)

    assert not alive


def test_a_service_on_a_database_without_migrations_says_why_it_waits_and_goes_on_by_itself() -> None:
    with installed(is_migrated=False) as installation, serving(installation) as served:
        assert served.ask("/readyz")[0] == 503
        wait_until(lambda: "does not exist" in installation.output.read_text())

        assert installation.command("migrate").returncode == 0

        wait_until(lambda: served.ask("/readyz")[0] == 200)
        lines = [json.loads(line) for line in installation.output.read_text().splitlines()]
        assert not [line for line in lines if line["event"] in {"unexpected_error", "thread_ended"}]


def test_a_killed_back_office_comes_back_and_decisions_do_not_notice(installation: Installation) -> None:
    write_books(installation.address, 40_000, is_livemode=False)  # more than the buffers on the way hold
    token = seed(installation.address, Ports(), installation.var_dir)
    request = f"GET /v1/exports/journal.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
    headers = {"Origin": site_document(Ports())["origins"][0], "Content-Type": "application/json"}
    view = json.dumps({**page_view(1), "site": "courier"}).encode()
    with serving(installation, SECRET_KEYS=SECRET_KEY) as served:
        with served.sending(request.encode(), takes_little=True) as reader:
            assert reader.recv(12) == b"HTTP/1.1 200"
            for process in psutil.Process(served.pid).children(recursive=True):
                if "service.back_office" in process.cmdline():
                    process.kill()
            received = b"".join(iter(lambda: reader.recv(1 << 20), b""))

        assert served.ask("/v1/decide", "POST", view, **headers)[0] == 200
        assert not received.endswith(b"0\r\n\r\n")
        wait_until(lambda: served.ask("/webhooks/stripe", "POST", b"{}")[0] == 400)
        started = psutil.Process(served.pid).children(recursive=True)

    wait_until(lambda: not any(process.is_running() for process in started))
