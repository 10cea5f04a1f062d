"""Object ids in Stripe's style: a prefix, an underscore and random letters."""

import random
import string

_LETTERS = string.ascii_letters + string.digits
_LENGTHS = {"cs_test": 58, "whsec": 32, "bps": 24, "sub": 24}


class Ids:
    """Draws random ids. With a seed, the ids of a test are the same in every run."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - names, not secrets

    def new(self, prefix: str) -> str:
        length = _LENGTHS.get(prefix, 24)
        return f"{prefix}_" + "".join(self._random.choice(_LETTERS) for _ in range(length))

    def choice(self, letters: str, length: int) -> str:
        return "".join(self._random.choice(letters) for _ in range(length))
