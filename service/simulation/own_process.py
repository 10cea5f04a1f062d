"""Run a simulation in a process of its own, so that a large one takes neither the memory nor the time of decisions."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

from service.errors import InvalidDocumentError
from service.simulation.__main__ import REFUSED, TOO_LARGE
from service.waiting_limits import KIB, SIMULATION_SECONDS, seconds_left

CHUNK_BYTES = 64 * KIB
COMMAND = ("-m", "service.simulation")
TOO_LARGE_WORDS = (
    "this simulation takes too long or too much memory to run here: "
    "give it fewer steps or campaigns, or run `flask --app wsgi simulate FILE`, which has no limit"
)


def simulate_in_own_process(text: bytes) -> Iterator[bytes]:
    """Run a simulation file. Return the answer as chunks of JSON.

    Raise InvalidDocumentError if the file is refused, or if the simulation is too large to be run here. Raise
    RuntimeError if the process ended with an error of ours.
    """
    with contextlib.ExitStack() as stack:
        given, answer, faults = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(text)
        given.seek(0)
        with subprocess.Popen([sys.executable, *COMMAND], stdin=given, stdout=answer, stderr=faults) as process:  # noqa: S603
            try:
                status = process.wait(seconds_left(SIMULATION_SECONDS))
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
        if status == REFUSED:
            faults.seek(0)
            raise InvalidDocumentError(tuple(json.load(faults)))
        if status < 0 or status == TOO_LARGE:  # a negative status is the signal that ended it
            raise InvalidDocumentError((TOO_LARGE_WORDS,))
        if status != 0:
            raise RuntimeError(f"the process of a simulation ended with status {status}")
        return _chunks(answer, stack.pop_all())


def _chunks(answer: IO[bytes], stack: contextlib.ExitStack) -> Iterator[bytes]:
    with stack:
        answer.seek(0)
        while chunk := answer.read(CHUNK_BYTES):
            yield chunk
