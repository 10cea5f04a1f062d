"""The snapshot: all sites and campaigns that decisions need, as immutable values in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

from service.campaigns.campaign import Campaign
from service.campaigns.experiment import VariantShare
from service.campaigns.site import Site
from service.errors import NotReadyError, UnknownSiteError


@dataclass(frozen=True, slots=True)
class SiteSnapshot:
    """A site and its campaigns, with country groups replaced by countries and kill switches applied.

    - `campaigns`: the published live campaigns in decision order. Paused campaigns are included, because the trace
      names their switch.
    - `drafts`: the newest version of every campaign, archived ones included, by key, for previews.
    - `variant_shares`: the shares that bandits last measured, by campaign key. A campaign may be missing.
    - `raised_minor`: the contributions so far, by campaign key, in the ticker's currency, without `already_minor`.
    """

    site: Site
    zone: ZoneInfo
    campaigns: tuple[Campaign, ...] = ()
    drafts: Mapping[str, Campaign] = field(default_factory=lambda: MappingProxyType({}))
    variant_shares: Mapping[str, tuple[VariantShare, ...]] = field(default_factory=lambda: MappingProxyType({}))
    raised_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All sites with their campaigns at an instant.

    - `number`: grows with every change that matters to decisions; 0 before the first load.
    - `is_paused`: whether everything is paused, gates included.
    - `alarms`: a sentence for every site and campaign that was dropped because it cannot be used.
    - `next_change_at`: when the next scheduled version comes into force or a pause ends; None if neither is due.
    """

    number: int
    sites: Mapping[str, SiteSnapshot]
    is_paused: bool = False
    alarms: tuple[str, ...] = ()
    next_change_at: datetime | None = None

    def site(self, key: str) -> SiteSnapshot:
        """Return a site by its key. Raise UnknownSiteError if there is none, NotReadyError before the first load."""
        found = self.sites.get(key)
        if found is None:
            if self.number:
                raise UnknownSiteError("there is no such site; check the site's key")
            raise NotReadyError("campaigns are not loaded yet; try again in a few seconds")
        return found


EMPTY_SNAPSHOT = Snapshot(number=0, sites=MappingProxyType({}))
