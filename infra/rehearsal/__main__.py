"""Rehearse outages and an upgrade: `python -m infra.rehearsal [--rate DECISIONS] [--kill POINT,POINT] [--seed NUMBER]`.

While readers ask for decisions at a fixed rate and contribute, parts of the installation are killed, one after
another. Then all web processes are restarted one by one, and a next release is brought by migration while the old one
serves, with one more kill while half of the processes are new. At the end it reports what failed, and whether the
payments, the contributions and the ledger agree. Exit status 1 if a decision failed or anything was lost.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

from infra.rehearsal.books import BooksBeside
from infra.rehearsal.installation import Installation, installed
from infra.rehearsal.kill_points import KILL_POINTS
from infra.rehearsal.parts import wait_until
from infra.rehearsal.payments import Payers
from infra.rehearsal.scene import Scene
from infra.rehearsal.upgrade import restart_web, rows_by_release, upgrade

MOST_SECONDS = 2400  # then an alarm ends the rehearsal


def main() -> None:
    """Rehearse, and print the report."""
    given = _arguments(sys.argv[1:])
    signal.alarm(MOST_SECONDS)
    with tempfile.TemporaryDirectory(prefix="keepopen-rehearsal-") as folder:
        Path(folder).chmod(0o711)  # PostgreSQL may run as another user
        with installed(Path(folder)) as installation:
            report = rehearse(installation, given)
    print(json.dumps({"kill": given.kill, "in_upgrade": given.kill_in_upgrade, "seed": given.seed, **report}, indent=2))
    is_whole = report["decisions"]["failed"] == 0 and not report["lost"] and not report["doubled"]
    sys.exit(0 if is_whole and report["ledger_check"] == "green" else 1)


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.rehearsal", description="Rehearse outages on loopback.")
    parser.add_argument("--rate", type=int, default=150, help="decisions a second")
    points = ", ".join(KILL_POINTS)
    parser.add_argument("--kill", type=_points, default=[*KILL_POINTS], help=f"what to kill, in this order: {points}")
    parser.add_argument(
        "--kill-in-upgrade", choices=KILL_POINTS, default="leader", help="what to kill when half is upgraded"
    )
    parser.add_argument("--seed", type=int, default=1, help="chooses the processes that are killed, and the moments")
    return parser.parse_args(words)


def _points(text: str) -> list[str]:
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in KILL_POINTS:
            raise argparse.ArgumentTypeError(f"{name} cannot be killed; known are {', '.join(KILL_POINTS)}")
    return names


def rehearse(installation: Installation, given: argparse.Namespace) -> dict[str, Any]:
    """Go through all acts while readers decide and pay. Return what was counted."""
    scene, payers = Scene(installation, Random(given.seed)), Payers(installation.ports.service)  # noqa: S311 no secret
    command = [sys.executable, "-m", "infra.rehearsal.decisions", str(installation.ports.service), str(given.rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as deciding:
        payers.start()
        began = time.monotonic()
        _play(scene, given)
        scene.note("all acts", time.monotonic() - began)
        deciding.terminate()
        slices = [json.loads(line) for line in deciding.communicate()[0].splitlines()]
    payers.stop()
    books = BooksBeside(installation)
    scene.note(
        "until all payments are in the books", wait_until(books.are_complete, "the agreement of payments and books")
    )
    return {
        "seconds": scene.took,
        "decisions": decided(slices),
        "readers_who_paid": dict(payers.seen),
        "webhooks_by_status": dict(installation.answers("POST /webhooks/stripe")),
        "payments": len(books.paid()),
        "contributions": len(books.contributed()),
        "lost": sorted(set(books.paid()) - set(books.contributed())),
        "doubled": [name for name, count in Counter(books.contributed()).items() if count > 1],
        "rows_by_release": rows_by_release(scene),
        "ledger_check": books.checked(),
    }


def _play(scene: Scene, given: argparse.Namespace) -> None:
    """Break one thing after another, restart, and upgrade."""
    for name in given.kill:
        scene.rest()
        KILL_POINTS[name](scene)
    scene.rest()
    restart_web(scene)
    upgrade(scene, KILL_POINTS[given.kill_in_upgrade])


def decided(slices: list[dict[str, Any]]) -> dict[str, float]:
    """Return the sums over all slices, and the worst latencies in milliseconds."""
    sent = sum(part["sent"] for part in slices)
    failed = sent - sum(part["answered"] - part["refused"] for part in slices)
    worst = {name: round(max(part[name] for part in slices), 1) for name in ("p99", "worst")}
    return {"sent": sent, "failed": failed, "worst_p99_of_ten_seconds": worst["p99"], "worst": worst["worst"]}


if __name__ == "__main__":
    main()
