"""Run a simulation in a process of its own, so that a large one takes neither the memory nor the time of decisions."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO

from service.bulkheads import KIB, SIMULATION_SECONDS, seconds_left
from service.errors import InvalidDocumentError
from service.simulation.__main__ import REFUSED

CHUNK_BYTES = 64 * KIB
TOO_LARGE = (
    "this simulation takes too long or too much memory to run here: "
    "give it fewer steps or campaigns, or run `flask --app wsgi simulate FILE`, which has no limit"
)


def simulate_apart(text: bytes) -> Iterator[bytes]:
    """Run a simulation file. Return the answer as chunks of JSON.

    Raise InvalidDocumentError if the file is refused, or if the simulation is too large to be run here.
    """
    with contextlib.ExitStack() as stack:
        given, answer, faults = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(text)
        given.seek(0)
        command = [sys.executable, "-m", "service.simulation"]
        with subprocess.Popen(command, stdin=given, stdout=answer, stderr=faults) as process:  # noqa: S603
            try:
                status = process.wait(seconds_left(SIMULATION_SECONDS))
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
        if status == REFUSED:
            faults.seek(0)
            raise InvalidDocumentError(tuple(json.load(faults)))
        if status != 0:
            raise InvalidDocumentError((TOO_LARGE,))
        return _chunks(answer, stack.pop_all())


def _chunks(answer: IO[bytes], stack: contextlib.ExitStack) -> Iterator[bytes]:
    with stack:
        answer.seek(0)
        while chunk := answer.read(CHUNK_BYTES):
            yield chunk
