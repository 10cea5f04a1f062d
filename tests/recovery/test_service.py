"""The web process outlives the embedded PostgreSQL: it starts a killed server again and loses no counts."""

from datetime import date

from service.assembly import build_services
from service.campaigns.snapshot.holder import SnapshotHolder
from service.clock import system_clock
from service.decisions.tally import Cell, Counted, Tally
from service.insights.flusher import Flusher
from service.settings import Settings
from tests.recovery.conftest import Installation, wait_until

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
