"""The web process outlives its database: it starts a killed server again, loses no counts, and starts without one."""

import json
import signal
import time
from datetime import date

import pytest

from infra.bench.newsroom import page_view
from service.assembly import build_services
from service.campaigns.snapshot.holder import SnapshotHolder
from service.clock import system_clock
from service.decisions.tally import Cell, Counted, Tally
from service.demo.processes import Ports
from service.demo.seed import seed, site_document
from service.demo.settings import SECRET_KEY
from service.insights.flusher import Flusher
from service.settings import Settings
from tests.recovery.conftest import Installation, wait_until
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
    tally.add(SEEN)

    wait_until(installation.is_answering)
    wait_until(lambda: installation.rows(COUNTS) == [(1,)])
    wait_until(lambda: holder.age_seconds(system_clock()) < 2)
    flusher.stop()
    holder.stop()
    services.close()


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
        assert len(reasons) < 6  # at once, when the reason changes, and then once a minute
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
