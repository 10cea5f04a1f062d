"""What a page is compared with: the address of this service and the sites it knows."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.campaigns.campaign import Kind
from service.campaigns.snapshot.snapshot import Snapshot
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Expected:
    """- `service_url`: the service's own address as browsers see it.
    - `origins`: origins by site key. None if the sites could not be loaded.
    - `silenced`: keys of sites that are paused or switched off.
    - `gated`: keys of sites that have a live gate.
    - `network`: the service's numeric address as text. Empty if unknown.
    """

    service_url: str
    origins: Mapping[str, tuple[str, ...]] | None = None
    silenced: frozenset[str] = frozenset()
    gated: frozenset[str] = frozenset()
    network: str = ""

    @property
    def loader(self) -> str:
        """The address of the widget script."""
        return f"{self.service_url}/v1/widget.js"

    def owner(self, origin: str) -> str | None:
        """Return the key of the site that lists this origin, or None."""
        sites = self.origins or {}
        return next((key for key, origins in sites.items() if origin in origins), None)


def expected_of(settings: Settings, snapshot: Snapshot | None, network: str = "") -> Expected:
    """Read the expectations from settings and snapshot. `snapshot` is None if the sites could not be loaded."""
    if snapshot is None:
        return Expected(settings.public_url, None, frozenset(settings.widget_off), network=network)
    sites = {key: found.site for key, found in snapshot.sites.items()}
    silenced = {
        key
        for key, site in sites.items()
        if snapshot.is_paused or site.switches.is_paused or {key, "*"} & set(settings.widget_off)
    }
    gated = {
        key
        for key, found in snapshot.sites.items()
        if any(campaign.kind is Kind.GATE and not campaign.is_paused for campaign in found.campaigns)
    }
    return Expected(
        settings.public_url,
        {key: site.origins for key, site in sites.items()},
        frozenset(silenced),
        frozenset(gated),
        network,
    )
