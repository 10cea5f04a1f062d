"""The campaigns of a site that no reader can see, so that the answer names them too."""

from collections.abc import Container
from dataclasses import dataclass

from service.campaigns.campaign import Status
from service.campaigns.snapshot.snapshot import SiteSnapshot


@dataclass(frozen=True, slots=True)
class NotLive:
    """A campaign that is not live. `reason`: why, in words."""

    key: str
    name: str
    reason: str


def not_live(snapshot: SiteSnapshot, live: Container[str]) -> tuple[NotLive, ...]:
    """Return the campaigns of a site that are not live, by name. `live`: the keys of those that are."""
    found = [
        NotLive(key, campaign.name or key, "archived" if campaign.status is Status.ARCHIVED else "not published")
        for key, campaign in snapshot.drafts.items()
        if key not in live
    ]
    return tuple(sorted(found, key=lambda campaign: campaign.name.casefold()))
