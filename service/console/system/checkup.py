"""Runs the doctor for a page: one at a time, and for no longer than a person waits."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass

from service.operations.doctor.examine import examine_everything
from service.reconciliation.doctor import SetupFinding
from service.services import Services

MOST_SECONDS = 10.0

_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Checkup:
    """The findings of the doctor, or a sentence about why there are none."""

    findings: Sequence[SetupFinding] = ()
    problem: str = ""


def check_up(services: Services, most_seconds: float = MOST_SECONDS) -> Checkup:
    """Run the doctor. A run that takes too long goes on in its thread, and no other run begins before its end."""
    if not _turn.acquire(blocking=False):
        return Checkup(problem="The doctor is at work already. Try again in a minute.")
    runner = ThreadPoolExecutor(1, thread_name_prefix="doctor")
    run = runner.submit(examine_everything, services)
    run.add_done_callback(_end_turn)
    runner.shutdown(wait=False)
    try:
        return Checkup(run.result(most_seconds))
    except FutureTimeoutError:
        waited = f"The doctor did not finish within {most_seconds:g} seconds."
        return Checkup(problem=f"{waited} Stripe, the mail server or the database answers slowly.")


def _end_turn(_: Future[tuple[SetupFinding, ...]]) -> None:
    _turn.release()
