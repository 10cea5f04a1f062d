"""Rehearse outages: `python -m infra.rehearsal [--rate DECISIONS]`. It takes about three minutes and stops by itself.

While readers ask for decisions at a fixed rate and contribute, the primary database is killed, a web process is started
without it, and the standby is promoted. Then a worker and a web process are killed, and all web processes are restarted
one by one. At the end it reports what failed, and whether the payments, the contributions and the ledger agree. Exit
status 1 if anything was lost.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from infra.rehearsal.books import BooksBeside
from infra.rehearsal.installation import WEB, WORKERS, Installation, installed
from infra.rehearsal.parts import wait_until
from infra.rehearsal.payments import HostedPage, Payers, begin

MOST_SECONDS = 600  # then an alarm ends the rehearsal
CALM_SECONDS = 8.0  # between two acts
LATE, LATE_READERS = 5, 50_000  # readers who pay at Stripe just after the primary is gone, and their first number


def main() -> None:
    """Rehearse, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m infra.rehearsal", description="Rehearse outages on loopback.")
    parser.add_argument("--rate", type=int, default=150, help="decisions a second")
    rate = parser.parse_args().rate
    signal.alarm(MOST_SECONDS)
    with tempfile.TemporaryDirectory(prefix="keepopen-rehearsal-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with installed(Path(folder)) as installation:
            report = rehearse(installation, rate)
    print(json.dumps(report, indent=2))
    is_whole = report["decisions"]["failed"] == 0 and not report["lost"] and not report["doubled"]
    sys.exit(0 if is_whole and report["ledger_check"] == "green" else 1)


def rehearse(installation: Installation, rate: int) -> dict[str, Any]:
    """Go through all acts while readers decide and pay. Return what was counted."""
    payers = Payers(installation.ports.service)
    command = [sys.executable, "-m", "infra.rehearsal.decisions", str(installation.ports.service), str(rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as deciding:
        payers.start()
        seconds = play(installation)
        deciding.terminate()
        slices = [json.loads(line) for line in deciding.communicate()[0].splitlines()]
    payers.stop()
    books = BooksBeside(installation)
    settled = wait_until(books.are_complete, "the agreement of payments and books")
    return {
        "seconds": seconds | {"books_complete": round(settled, 1)},
        "decisions": decided(slices),
        "readers_who_paid": dict(payers.seen),
        "webhooks_by_status": dict(installation.answers("POST /webhooks/stripe")),
        "payments": len(books.paid()),
        "contributions": len(books.contributed()),
        "lost": sorted(set(books.paid()) - set(books.contributed())),
        "doubled": [name for name, count in Counter(books.contributed()).items() if count > 1],
        "ledger_check": books.checked(),
    }


def decided(slices: list[dict[str, Any]]) -> dict[str, float]:
    """Return the sums over all slices, and the worst latencies in milliseconds."""
    sent = sum(part["sent"] for part in slices)
    failed = sent - sum(part["answered"] - part["refused"] for part in slices)
    worst = {name: round(max(part[name] for part in slices), 1) for name in ("p99", "worst")}
    return {"sent": sent, "failed": failed, "worst_p99_of_ten_seconds": worst["p99"], "worst": worst["worst"]}


def play(installation: Installation) -> dict[str, float]:
    """Break one thing after another. Return how many seconds each repair took."""
    took = {}
    time.sleep(CALM_SECONDS)
    late = [begin(installation.ports.service, LATE_READERS + number) for number in range(LATE)]
    installation.database.kill_primary()
    for page in late:
        if isinstance(page, HostedPage):
            page.pay()
    installation.parts.stop(WEB[-1])
    took["start_without_database"] = installation.start_web(WEB[-1])
    took["promotion"] = installation.database.promote_standby()
    before = started_checkouts(installation)
    took["first_checkout_after_it"] = wait_until(lambda: started_checkouts(installation) > before, "a checkout")
    time.sleep(CALM_SECONDS)
    installation.parts.kill(WORKERS[0])
    time.sleep(CALM_SECONDS)
    installation.start_worker(WORKERS[0])
    installation.parts.kill(WEB[0])
    time.sleep(1)
    took[f"start_of_killed_{WEB[0]}"] = installation.start_web(WEB[0])
    for name in WEB:
        installation.parts.stop(name)
        took[f"restart_of_{name}"] = installation.start_web(name)
    time.sleep(CALM_SECONDS)
    return {name: round(seconds, 1) for name, seconds in took.items()}


def started_checkouts(installation: Installation) -> int:
    """Return how many checkouts were started so far: a form is answered with a redirect to Stripe."""
    return installation.answers("POST /v1/checkout")[303]


if __name__ == "__main__":
    main()
