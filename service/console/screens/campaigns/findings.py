"""What lint finds about all campaigns of a site, kept in memory until a document changes or an hour is over."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from service.campaigns.campaign import Campaign
from service.campaigns.lint.everything import lint
from service.campaigns.lint.finding import LintFinding
from service.campaigns.snapshot.snapshot import SiteSnapshot

KEPT_SITES = 32


@dataclass(frozen=True, slots=True)
class _Asked:
    """A site's snapshot at an hour. Two are equal if they are about one snapshot object, which a reload replaces."""

    identity: int
    hour: datetime
    snapshot: SiteSnapshot = field(compare=False)
    campaigns: tuple[Campaign, ...] = field(compare=False)


def findings_of(
    snapshot: SiteSnapshot, campaigns: Iterable[Campaign], now: datetime
) -> dict[str, tuple[LintFinding, ...]]:
    """Return the findings about the campaigns of a site by the campaign's key."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return _kept(_Asked(id(snapshot), hour, snapshot, tuple(campaigns)))


@lru_cache(maxsize=KEPT_SITES)
def _kept(asked: _Asked) -> dict[str, tuple[LintFinding, ...]]:
    found: dict[str, tuple[LintFinding, ...]] = {}
    for finding in lint(asked.snapshot.site, asked.campaigns, asked.hour):
        kind, _, key = finding.subject.partition(" ")
        if kind == "campaign":
            found[key] = (*found.get(key, ()), finding)
    return found
