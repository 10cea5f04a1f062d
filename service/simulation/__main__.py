"""The process of one simulation: `own_process.py` gives it the file on standard input and reads the answer it writes.

It bounds itself before it reads anything. If the file is refused, it writes the reasons as JSON to standard error. The
exit status says why there is no answer; any other status than these is an error of ours.
"""

import errno
import json
import os
import resource
import sys

from service.errors import InvalidDocumentError
from service.simulation.file import MAX_SIMULATION_BYTES, bounded_bodies
from service.waiting_limits import SIMULATION_ANSWER_BYTES, SIMULATION_CPU_SECONDS, SIMULATION_MEMORY_BYTES

REFUSED = 3
TOO_LARGE = 4  # more memory or a longer answer than is allowed; the system ends it for too much processor time
NICENESS = 10  # decisions go first


def main() -> int:
    """Answer the simulation. Return the exit status."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (SIMULATION_MEMORY_BYTES, SIMULATION_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SIMULATION_CPU_SECONDS, SIMULATION_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIMULATION_ANSWER_BYTES, SIMULATION_ANSWER_BYTES))
    try:
        bodies = bounded_bodies(sys.stdin.buffer.read(MAX_SIMULATION_BYTES + 1))
    except InvalidDocumentError as error:
        json.dump(error.problems, sys.stderr)
        return REFUSED
    separator = '{"decisions": ['
    for body in bodies:
        sys.stdout.write(separator + json.dumps(body, ensure_ascii=False))
        separator = ",\n"
    sys.stdout.write("]}\n" if separator == ",\n" else separator + "]}\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MemoryError:
        sys.exit(TOO_LARGE)
    except OSError as error:
        sys.exit(TOO_LARGE if error.errno == errno.EFBIG else 1)
