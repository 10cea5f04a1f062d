"""How many random examples a property test tries: few on each commit, and many in `make unit-long`."""

import os

IS_LONG = bool(os.environ.get("KEEPOPEN_LONG_RUN"))


def examples(usual: int, many: int) -> int:
    """Return the number of examples of this run."""
    return many if IS_LONG else usual
