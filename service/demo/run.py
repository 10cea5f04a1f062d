"""Starts all parts of the demo, prints what to try, and stops them again."""

import contextlib
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from service.database.embedded import embedded_postgresql
from service.database.migrate import migrate
from service.demo.guard import guarded
from service.demo.processes import HOST, Ports, Processes
from service.demo.seed import SITE_KEY, preview_key, seed, sign_in_links
from service.demo.settings import WEBHOOK_SECRET, environment

WATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo: its ports, environment and processes, a finance token, and an editor's preview key.

    `links`: one-time links to the console, by what their person does.
    """

    ports: Ports
    environment: dict[str, str]
    finance_token: str
    preview: str
    processes: Processes
    links: dict[str, str]


@contextlib.contextmanager
def running_demo(ports: Ports, var_dir: Path, *, has_past: bool = False) -> Iterator[Demo]:
    """Start all parts, yield the demo when they are ready, and stop them at the end. The data stays in `var_dir`.

    With `has_past`, a new demo first lives two invented weeks. If this process is killed, a guard stops the parts.
    """
    with guarded(var_dir) as guard, embedded_postgresql(var_dir) as database_url:
        migrate(database_url)
        variables = environment(ports, database_url, var_dir)
        finance_token = seed(database_url, ports, var_dir)
        processes = Processes(log_dir=var_dir / "logs", environment=variables, guard=guard)
        try:
            start_all(processes, ports, var_dir, has_past=has_past)
            links = sign_in_links(database_url, ports)
            yield Demo(ports, variables, finance_token, preview_key(), processes, links)
        finally:
            processes.stop()


def start_all(processes: Processes, ports: Ports, var_dir: Path, *, has_past: bool) -> None:
    """Start all processes at once, because they can start in any order, and wait until every server answers.

    The sandbox and the worker begin after the past, which the sandbox's state holds: a sandbox with a state has one.
    """
    state = var_dir / "stripe_sandbox.sqlite"
    is_living = has_past and not state.exists()
    if is_living:
        processes.start("past", ["-m", "infra.demo_past", "--state", str(state), "--site", SITE_KEY])
    processes.start("service", ["-m", "service", "--host", HOST, "--port", str(ports.service)])
    processes.start(
        "newspaper",
        ["-m", "infra.demo_site", "--port", str(ports.newspaper), "--service", ports.service_url, "--site", SITE_KEY],
    )
    if is_living:
        processes.wait_until_ended("past")
    webhook_url = f"{ports.service_url}/webhooks/stripe"
    processes.start(
        "sandbox",
        ["-m", "infra.stripe_sandbox", "--host", HOST, "--port", str(ports.sandbox), "--state", str(state),
         "--webhook-url", webhook_url, "--webhook-secret", WEBHOOK_SECRET],
    )  # fmt: skip
    processes.start("worker", ["-m", "flask", "--app", "wsgi", "worker"])
    processes.wait_until_ready("sandbox", ports.sandbox_url)
    processes.wait_until_ready("service", f"{ports.service_url}/readyz")
    processes.wait_until_ready("newspaper", ports.newspaper_url)


def tour(demo: Demo) -> str:
    """Return the text that tells the operator what to open and try."""
    ports = demo.ports
    links = "\n".join(f"    {words:<12}  {link}" for words, link in demo.links.items())
    return f"""
Keepopen is running.

  The newspaper   {ports.newspaper_url}
  The console     {ports.service_url}/console
{links}
  The service     {ports.service_url}/version   (support page: {ports.service_url}/support/{SITE_KEY})
  Stripe sandbox  {ports.sandbox_url}

A tour:
  1. Open the newspaper and read articles: the third asks for support at the top.
  2. Open the sensitive story and the advertiser's page: they never ask. Dismiss the appeal: it does not come back.
  3. In a private window, read until you are asked, contribute 5 euro with the card 4242 4242 4242 4242, and return:
     you are not asked again.
  4. Finance's view:  curl -H "Authorization: Bearer {demo.finance_token}" \\
                        "{ports.service_url}/v1/exports/contributions.csv?from=2020-01-01&to=2099-12-31"
  5. Open each link to the console in a browser of its own: it signs you in once, as an editor, as finance, or as
     finance's colleague, who agrees to closing a month and to large refunds. The two weeks that you see are invented.
  6. The objects in the sandbox, and every webhook that it has sent:  {ports.sandbox_url}

Ctrl-C stops everything. `make demo` continues with the same data. `make clean` deletes the data.
"""


def wait_until_interrupted(demo: Demo) -> None:
    """Wait for SIGINT or SIGTERM. Raise DemoError if a process ends by itself."""
    received: list[int] = []

    def receive(number: int, _: FrameType | None) -> None:
        received.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, receive)
    while not received:
        demo.processes.check_all()
        time.sleep(WATCH_SECONDS)
