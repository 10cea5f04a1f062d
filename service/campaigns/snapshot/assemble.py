"""Builds a snapshot from stored documents. A document that cannot be used is dropped with an alarm; others stay.

Of a site the last version that can be read stays in force, because its exclusions must not be lost.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias
from zoneinfo import ZoneInfo

from service.campaigns.campaign import ASKS, Campaign, Kind, Placement, Status, decision_order
from service.campaigns.documents import stored_campaign, stored_site
from service.campaigns.site import Site
from service.campaigns.snapshot.countries import with_countries_written_out
from service.campaigns.snapshot.snapshot import SiteSnapshot, Snapshot
from service.campaigns.snapshot.store import StoredCampaigns
from service.campaigns.store import DocumentKind, DocumentVersion
from service.campaigns.switch_store import Pause, Switch, SwitchScope
from service.errors import InvalidDocumentError

# What each version of a document was loaded into, or the error that it raised, by kind, key and version.
Parsed: TypeAlias = dict[tuple[DocumentKind, str, int], Site | Campaign | InvalidDocumentError]


def assemble(stored: StoredCampaigns, parsed: Parsed) -> Snapshot:
    """Return the snapshot of what is stored.

    `parsed` is kept from call to call, so that every version is parsed only once. Versions that are neither in force
    nor the newest are removed from it.
    """
    alarms: list[str] = []
    everything = stored.paused.get(Switch(SwitchScope.EVERYTHING))
    is_paused = everything is not None and everything.opens_gates
    sites = {}
    for version in _of_kind(stored.in_force, DocumentKind.SITE):
        site = _last_good_site(version, stored, parsed, alarms)
        if site is not None:
            sites[site.key] = _site_snapshot(_switched(site, stored.paused), stored, parsed, alarms)
    alarms += _orphans(stored, frozenset(sites))
    known = {
        (version.kind, version.key, version.version)
        for version in (*stored.in_force, *stored.newest, *stored.older_sites)
    }
    for outdated in parsed.keys() - known:
        del parsed[outdated]
    return Snapshot(stored.number, MappingProxyType(sites), is_paused, tuple(alarms), stored.next_change_at)


def site_snapshot(site: Site, campaigns: Iterable[Campaign]) -> SiteSnapshot:
    """Return a site with its live campaigns, in decision order, without drafts and without measured values."""
    ready = [with_countries_written_out(campaign, site) for campaign in campaigns if campaign.status is Status.LIVE]
    return SiteSnapshot(site, ZoneInfo(site.timezone), tuple(sorted(ready, key=decision_order)))


def _last_good_site(
    version: DocumentVersion, stored: StoredCampaigns, parsed: Parsed, alarms: list[str]
) -> Site | None:
    """Return the site in the version in force or, with an alarm, in the newest older version that can be read."""
    site = _value(version, stored, parsed)
    if isinstance(site, Site):
        return site
    for older in stored.older_sites:
        kept = _value(older, stored, parsed) if older.key == version.key else None
        if isinstance(kept, Site):
            alarms.append(f"site {version.key}, version {version.version}: {site}; version {kept.version} is in force")
            return kept
    alarms.append(f"site {version.key}: {site}")
    return None


def _site_snapshot(site: Site, stored: StoredCampaigns, parsed: Parsed, alarms: list[str]) -> SiteSnapshot:
    campaigns = _usable(site, stored.in_force, stored, parsed, alarms)
    drafts = _usable(site, stored.newest, stored, parsed, [])
    return replace(
        site_snapshot(site, campaigns),
        drafts=MappingProxyType({draft.key: draft for draft in drafts}),
        variant_shares=MappingProxyType(dict(stored.variant_shares)),
        raised_minor=MappingProxyType(dict(stored.raised_minor)),
    )


def _usable(
    site: Site, versions: Iterable[DocumentVersion], stored: StoredCampaigns, parsed: Parsed, alarms: list[str]
) -> list[Campaign]:
    """Return the campaigns of a site that can be read and whose country groups exist. Add the others to `alarms`."""
    usable = []
    for version in _of_kind(versions, DocumentKind.CAMPAIGN):
        if _site_of(version) != site.key:
            continue
        campaign = _value(version, stored, parsed)
        try:
            if not isinstance(campaign, Campaign):
                raise campaign if isinstance(campaign, InvalidDocumentError) else InvalidDocumentError(("unreadable",))
            is_off = Switch(SwitchScope.CAMPAIGN, campaign.site, campaign.key) in stored.paused
            usable.append(with_countries_written_out(replace(campaign, is_paused=campaign.is_paused or is_off), site))
        except InvalidDocumentError as error:
            alarms.append(f"campaign {version.key}, version {version.version}: {error}")
    return usable


def _value(version: DocumentVersion, stored: StoredCampaigns, parsed: Parsed) -> Site | Campaign | InvalidDocumentError:
    """Return what a version loads into, or the error that it raises, from `parsed` if it is there."""
    identity = (version.kind, version.key, version.version)
    if identity not in parsed:
        load = stored_site if version.kind is DocumentKind.SITE else stored_campaign
        try:
            created_at = stored.created_at[version.kind, version.key]
            parsed[identity] = load(version.content, created_at, version.version)
        except InvalidDocumentError as error:
            parsed[identity] = error
        except Exception as error:  # a document that breaks the parser must not stop the others
            parsed[identity] = InvalidDocumentError((f"cannot be read: {type(error).__name__}",))
    return parsed[identity]


def _switched(site: Site, paused: Mapping[Switch, Pause]) -> Site:
    """Return the site with the stored switches added to those that its document sets.

    A pause of all asks that keeps the gates closed pauses every other kind.
    """
    own = [switch for switch in paused if switch.site == site.key]
    of_all_asks = [
        paused[switch]
        for switch in (Switch(SwitchScope.EVERYTHING), Switch(SwitchScope.SITE, site.key))
        if switch in paused
    ]
    switches = replace(
        site.switches,
        is_paused=site.switches.is_paused or any(pause.opens_gates for pause in of_all_asks),
        paused_placements=site.switches.paused_placements
        | {Placement(switch.name) for switch in own if switch.scope is SwitchScope.PLACEMENT},
        paused_kinds=site.switches.paused_kinds
        | {Kind(switch.name) for switch in own if switch.scope is SwitchScope.KIND}
        | (ASKS if of_all_asks else frozenset()),
    )
    return replace(site, switches=switches)


def _orphans(stored: StoredCampaigns, sites: frozenset[str]) -> list[str]:
    """Return an alarm for every campaign whose site does not exist or cannot be read."""
    wanted = {(version.key, str(_site_of(version))) for version in _of_kind(stored.in_force, DocumentKind.CAMPAIGN)}
    return [f"campaign {key}: its site {site} does not exist" for key, site in sorted(wanted) if site not in sites]


def _site_of(version: DocumentVersion) -> object:
    return version.content.get("site") if isinstance(version.content, dict) else None


def _of_kind(versions: Iterable[DocumentVersion], kind: DocumentKind) -> Iterable[DocumentVersion]:
    return (version for version in versions if version.kind is kind)
