"""Everything decisions need to know of sites and campaigns, in memory. No request ever waits for the database."""

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
    """One site and its campaigns, ready to decide on: country groups written out, switches applied.

    - `campaigns`: published and live, in the order they are asked; paused ones too (the trace names the switch).
    - `drafts`: newest saved version of every campaign that is not archived, by key, for preview.
    - `variant_shares`: what bandits last measured, by campaign key; absent where nothing was.
    - `raised_minor`: contributions so far by campaign key, in the ticker's currency, without `already_minor`.
    """

    site: Site
    zone: ZoneInfo
    campaigns: tuple[Campaign, ...] = ()
    drafts: Mapping[str, Campaign] = field(default_factory=lambda: MappingProxyType({}))
    variant_shares: Mapping[str, tuple[VariantShare, ...]] = field(default_factory=lambda: MappingProxyType({}))
    raised_minor: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """- `number`: grows with each change that matters to decisions. `is_paused`: the switch for everything.
    - `alarms`: sites and campaigns dropped because they could not be read, in words.
    - `next_change_at`: when something scheduled takes force; None: nothing is waiting.
    """

    number: int
    sites: Mapping[str, SiteSnapshot]
    is_paused: bool = False
    alarms: tuple[str, ...] = ()
    next_change_at: datetime | None = None

    def site(self, key: str) -> SiteSnapshot:
        """The site of this key; raises UnknownSiteError, and NotReadyError before the first load."""
        found = self.sites.get(key)
        if found is None:
            raise UnknownSiteError("no such site") if self.number else NotReadyError("no campaigns are loaded yet")
        return found


EMPTY_SNAPSHOT = Snapshot(number=0, sites=MappingProxyType({}))
