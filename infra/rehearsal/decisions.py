"""Ask for decisions at a fixed rate until SIGTERM: `python -m infra.rehearsal.decisions PORT RATE`.

It prints counts and latencies of each ten seconds as a line of JSON. It is a process of its own, so that its clock does
not wait for other threads.
"""

import json
import signal
import sys
from dataclasses import asdict

from infra.bench.newsroom import page_view
from infra.bench.open_loop import measure
from infra.rehearsal.parts import HOST
from service.demo.seed import SITE_KEY

PAGES = 200
SLICE_SECONDS = 10.0
MOST_SLICES = 120


def requests_of_new_readers() -> list[bytes]:
    """Return requests of readers without a history on many pages."""
    found = []
    for number in range(PAGES):
        body = json.dumps(page_view(number) | {"site": SITE_KEY})
        lines = (
            "POST /v1/decide HTTP/1.1",
            f"Host: {HOST}",
            "Content-Type: application/json",
            "User-Agent: Mozilla/5.0 (Linux; Android 15) Mobile",
            f"Content-Length: {len(body)}",
        )
        found.append(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
    return found


def main(port: int, rate: float) -> None:
    """Ask and print until SIGTERM or MOST_SLICES."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    requests = requests_of_new_readers()
    for _ in range(MOST_SLICES):
        print(json.dumps(asdict(measure(port, rate, SLICE_SECONDS, requests))), flush=True)
        if ended:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
