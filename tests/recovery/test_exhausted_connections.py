"""While a site's processes use up PostgreSQL's connections, the emergency brake still works."""

import threading

from service.database.embedded import start_embedded, stop_embedded
from service.demo.processes import Ports
from service.demo.seed import seed
from service.demo.settings import SECRET_KEY
from service.waiting_limits import KEPT_CONNECTIONS
from tests.recovery.conftest import Installation, wait_until
from tests.recovery.serving import Served, serving

MAX_CONNECTIONS = 14  # three of them are PostgreSQL's own, for superusers
CALLERS = 16
FREE = f"SELECT {MAX_CONNECTIONS} - 3 - sum(numbackends)::int + 1 FROM pg_stat_database"  # this one counts too


def free_connections(installation: Installation) -> int:
    found = installation.rows(FREE)
    return int(str(found[0][0])) if found else MAX_CONNECTIONS


def keep_asking(served: Served, token: str, stopping: threading.Event) -> None:
    """Ask for a page of staff again and again: it waits for the database."""
    while not stopping.is_set():
        try:
            served.ask("/v1/campaigns", seconds=30, Authorization=f"Bearer {token}")
        except OSError:
            stopping.wait(0.05)


def test_campaigns_are_paused_while_the_service_wants_more_connections_than_there_are(
    installation: Installation,
) -> None:
    token = seed(installation.address, Ports(), installation.var_dir)
    installation.rows(f"ALTER SYSTEM SET max_connections = {MAX_CONNECTIONS}")
    stop_embedded(installation.var_dir)
    start_embedded(installation.var_dir)
    stopping = threading.Event()
    with serving(installation, "--workers", "4", SECRET_KEYS=SECRET_KEY) as served:
        callers = [threading.Thread(target=keep_asking, args=(served, token, stopping)) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        try:
            wait_until(lambda: free_connections(installation) <= KEPT_CONNECTIONS + 1)
            paused = installation.command("campaigns", "pause", SECRET_KEYS=SECRET_KEY)
        finally:
            stopping.set()
            for caller in callers:
                caller.join()

        assert (paused.returncode, paused.stdout) == (0, "Paused.\n"), paused.stderr
