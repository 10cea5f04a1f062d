"""What every act of a rehearsal shares: the installation, chance, the readers who pay late, and the times taken."""

import time
from dataclasses import dataclass, field
from random import Random

from infra.rehearsal.installation import Installation
from infra.rehearsal.parts import wait_until
from infra.rehearsal.payments import HostedPage, begin

CALM_SECONDS = (4.0, 9.0)  # between two acts
LATE, LATE_READERS = 5, 50_000  # readers who pay at Stripe just after an act, and the first of their numbers


@dataclass(slots=True)
class Scene:
    """An installation under load. `took` has the seconds of each repair, in the order of the acts."""

    installation: Installation
    chance: Random
    took: dict[str, float] = field(default_factory=dict)
    _late_count: int = 0

    def rest(self) -> None:
        """Let readers go on for a while."""
        time.sleep(self.chance.uniform(*CALM_SECONDS))

    def note(self, what: str, seconds: float) -> None:
        """Keep how long something took. A repetition is kept under a name with its number."""
        count = sum(name.split(" #", 1)[0] == what for name in self.took)
        self.took[f"{what} #{count + 1}" if count else what] = round(seconds, 1)

    def readers_at_stripe(self) -> list[HostedPage]:
        """Return readers who have Stripe's page in front of them."""
        numbers = range(LATE_READERS + self._late_count, LATE_READERS + self._late_count + LATE)
        self._late_count += LATE
        pages = [begin(self.installation.ports.service, number) for number in numbers]
        return [page for page in pages if isinstance(page, HostedPage)]

    def wait_for_checkout(self) -> float:
        """Wait until a checkout is started. Return the seconds that took."""
        before = self._started_checkouts()
        return wait_until(lambda: self._started_checkouts() > before, "a checkout")

    def _started_checkouts(self) -> int:
        """Return how many checkouts were started so far: a form is answered with a redirect to Stripe."""
        return self.installation.answers("POST /v1/checkout")[303]
