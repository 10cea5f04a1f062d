"""What an installation is held against: this service, and the sites it knows."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """- `service_url`: the service's own address as browsers see it.
    - `origins`: origins by site key; None where the sites could not be loaded.
    - `silenced`: keys of sites on which the widget is switched off or everything is paused.
    - `network`: the service's address as a number, in text; empty where unknown.
    """

    service_url: str
    origins: Mapping[str, tuple[str, ...]] | None = None
    silenced: frozenset[str] = frozenset()
    network: str = ""

    @property
    def loader(self) -> str:
        return f"{self.service_url}/v1/widget.js"

    def owner(self, origin: str) -> str | None:
        """The site that lists this origin."""
        sites = self.origins or {}
        return next((key for key, origins in sites.items() if origin in origins), None)
